"""What every three-dimensional view is made of: pictures asked of one thread, and the hand that goes around them."""
