"""Linear equations and what answers them: inverses, determinants, pseudo-inverses, least squares."""
