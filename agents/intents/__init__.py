"""What a question wants, told by its meaning: a linear model over MiniLM's vector and the words themselves."""
