"""The bottom of the Python side: the native module, and Programs with the arrays bound to them."""
