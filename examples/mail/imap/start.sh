#!/bin/sh
# Makes a certificate if there is none, writes the user's password down, and starts the mail server.
set -eu
umask 077
if [ ! -s /tls/cert.pem ]; then
	openssl genpkey -quiet -algorithm EC -pkeyopt ec_paramgen_curve:prime256v1 -out /tls/key.pem
	openssl req -x509 -key /tls/key.pem -subj "/CN=$MAIL_DOMAIN" -addext "subjectAltName=DNS:$MAIL_DOMAIN" -days 3650 -out /tls/cert.pem
fi
install -d -o vmail -g vmail -m 700 /mail/me
printf 'me:%s\n' "$(doveadm pw -s SHA512-CRYPT -p "$MAIL_PASSWORD")" >/run/passwords
chown dovecot /run/passwords
exec dovecot -F
