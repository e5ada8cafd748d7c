"""What tags are worth: two beside each other, and one as it grows."""
