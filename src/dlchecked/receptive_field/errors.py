"""What can go wrong when a receptive field is asked for."""


class ReceptiveFieldError(Exception):
    """Anything that stops a receptive field from being computed exactly."""


class InvalidArgument(ReceptiveFieldError, ValueError):
    """An argument cannot be right: the message says which, why, and what would be."""


class UnknownOperation(ReceptiveFieldError, NotImplementedError):
    """The forward calls something whose dependencies are not known here, and guessing is not an option."""


class ValueDependence(ReceptiveFieldError):
    """The forward asks for the value of a tensor, so that what depends on what is not a matter of shapes."""


class MissingPackage(ReceptiveFieldError, ImportError):
    """What was asked for needs a package that is not installed."""
