#!/bin/sh
# 0 while haproxy of this node answers; keepalived gives the address away otherwise.
exec wget -q -T 1 -O /dev/null http://127.0.0.1:8404/healthz
