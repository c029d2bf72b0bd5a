#!/bin/sh
# Makes a self-signed certificate for localhost beside this script: certificate.pem, key.pem, and both in one file for HAProxy.
set -eu
cd "$(dirname "$0")"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj /CN=localhost \
  -addext subjectAltName=DNS:localhost,IP:127.0.0.1 -keyout key.pem -out certificate.pem 2>/dev/null
cat certificate.pem key.pem > haproxy.pem
