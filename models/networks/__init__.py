"""Ordinary `nn.Module`s, written for one model and one batch."""
