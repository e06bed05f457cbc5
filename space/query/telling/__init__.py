"""What a caller is told beside the answer: how it was made safe, how exact it is, what would be allowed."""
