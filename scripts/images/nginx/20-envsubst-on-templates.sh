#!/bin/sh
# Of /etc/nginx/templates/x.conf.template makes conf.d/x.conf, with the container's variables; all others, as nginx's own, stay.
set -e
templates=${NGINX_ENVSUBST_TEMPLATE_DIR:-/etc/nginx/templates}
suffix=${NGINX_ENVSUBST_TEMPLATE_SUFFIX:-.template}
output=${NGINX_ENVSUBST_OUTPUT_DIR:-/etc/nginx/conf.d}
[ -d "$templates" ] || exit 0
variables=$(env | sed -n 's/^\([A-Za-z_][A-Za-z_0-9]*\)=.*/${\1}/p')
find "$templates" -follow -type f -name "*$suffix" | while read -r template; do
	name=${template#"$templates/"}
	mkdir -p "$(dirname "$output/$name")"
	envsubst "$variables" <"$template" >"$output/${name%"$suffix"}"
done
