"""The demo bank: invented people with lives, bills, holidays and a few thieves, the same every time it is made."""

from finlens.demo.load import load_demo
from finlens.demo.series import recurring_series

__all__ = ["load_demo", "recurring_series"]
