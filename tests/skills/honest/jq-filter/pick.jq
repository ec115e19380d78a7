map(select(.n > 1) | .name)
