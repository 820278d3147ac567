#!/bin/sh
# Writes the user's password down, and starts the mail server.
set -eu
umask 077
install -d -o vmail -g vmail -m 700 /mail/me
chmod 711 /var/spool/smtpd
printf 'me %s\n' "$(smtpctl encrypt "$MAIL_PASSWORD")" >/run/passwords
# Every connection comes from Traefik's 127.0.0.1, and smtpd wants the name of that: the hosts file has it, so DNS is asked last.
grep -q ^lookup /etc/resolv.conf || echo 'lookup file bind' >>/etc/resolv.conf
exec smtpd -d -D "domain=$MAIL_DOMAIN"
