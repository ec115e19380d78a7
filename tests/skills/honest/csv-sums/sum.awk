NR == 1 { for (i = 1; i <= NF; i++) if ($i == column) at = i; next }
{ sum += $at }
END { print sum }
