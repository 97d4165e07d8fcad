"""What must be said wherever emotions are read: on pages before a camera starts, and on published model cards."""

LAW = (
    "In the EU, emotion recognition of people at work or in education has been prohibited since 2 February 2025 "
    "([Regulation (EU) 2024/1689](https://eur-lex.europa.eu/eli/reg/2024/1689/oj), Article 5(1)(f)), and people "
    "exposed to such a system must be informed (Article 50(3))."
)
