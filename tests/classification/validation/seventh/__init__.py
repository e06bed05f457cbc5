"""The seventh part of validation: trades of transport, supply, streets, borders and screens."""
