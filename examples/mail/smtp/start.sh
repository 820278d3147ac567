#!/bin/sh
# Writes the user's password down, and starts the mail server.
set -eu
umask 077
install -d -o vmail -g vmail -m 700 /mail/me
chmod 711 /var/spool/smtpd
printf 'me %s\n' "$(smtpctl encrypt "$MAIL_PASSWORD")" >/run/passwords
# smtpd wants the name of whoever connects, which is always Traefik: the hosts file has it, so DNS is asked last.
grep -q ^lookup /etc/resolv.conf || echo 'lookup file bind' >>/etc/resolv.conf
exec smtpd -d -D "domain=$MAIL_DOMAIN"
