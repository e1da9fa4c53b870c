"""Recurrent layers over packed sequences: LSTM, GRU and the plain one."""
