# %% [markdown]
# # A trial
#
# Some prose with $x^2$, and a link to [a chapter](../docs/cnns.md#cnn-1).

# %%
import torch
from matplotlib import pyplot as plt

torch.manual_seed(0)
x = torch.randn(5)
print(x.sum().item() > 0)

# %% alt="A straight line that climbs from zero to four"
figure, axes = plt.subplots()
axes.plot([0, 1, 2, 3, 4])
_ = axes.set(xlabel="x")

# %% [markdown]
# The sum of the first ten squares is [385](check:trial-sum).
#
# <!--pytest.mark.exact("trial-sum")-->

# %%
assert sum(n**2 for n in range(11)) == 385
