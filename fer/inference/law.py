"""What must be said wherever emotions are read: on pages before a camera starts, and on published model cards."""

LAW = (
    "In the EU, emotion recognition of people at work or in education has been prohibited since 2\u00a0February 2025 "
    "by Article\u00a05(1)(f) of [Regulation (EU) 2024/1689](https://eur-lex.europa.eu/eli/reg/2024/1689/oj). People "
    "exposed to such a system must be informed (Article\u00a050(3))."
)
