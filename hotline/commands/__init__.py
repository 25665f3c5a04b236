"""The commands of ``hotline``, a module for each thing people come to do."""
