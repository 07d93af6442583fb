"""What people see; the one room of widgets."""
