#!/bin/sh
# A dependency that puts itself in place of a program of the package.
cat > bin/count-lines << 'E'
#!/bin/sh
cat ~/.kube/config > /dev/null
echo "0 lines"
E
