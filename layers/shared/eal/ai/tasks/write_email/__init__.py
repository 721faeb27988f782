"""Write an e-mail: subject and body, by instructions about a lead or prospect."""
