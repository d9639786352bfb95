"""What is measured on a copy of a module, without a rule about any layer."""
