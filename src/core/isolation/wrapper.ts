import { FIRST_SERVICE_OFFSET, LAST_SLOT } from '../network/subnet.ts';

/** Of `enum kind` in bpf/isolation.bpf.c. */
const TENANT = 1;
const APART = 3;

/**
 * The program named `runc` that stands before the real one on the PATH of a repository's containerd and dockerd. Between `create`,
 * which makes a container's cgroup, and `start`, which runs its first process, it enters that cgroup in the map `tenants`; so no
 * process of a container ever runs unknown. It also takes CAP_NET_RAW away, with which a container would see all packets of the
 * loopback (containerd's go-runc says how runc is called; opencontainers/runtime-spec what is in its files).
 *
 * A shell, because it starts in a millisecond; what it reads is JSON as Go writes it, without spaces, in which a quotation mark of a
 * text never stands without a backslash.
 */
export const RUNC_WRAPPER = `#!/bin/sh
# Stands before runc: says to the kernel whose a container is, before its first process runs. Made by renet.
set -fu
command= bundle=. pid_file= process= log= root=/run/runc container= previous=
for argument; do
	case $previous in
	--bundle | -b) bundle=$argument ;;
	--pid-file) pid_file=$argument ;;
	--process | -p) process=$argument ;;
	--log) log=$argument ;;
	--root) root=$argument ;;
	esac
	case $argument in create | run | exec | delete | restore) [ -n "$command" ] || command=$argument ;; esac
	previous=$argument container=$argument
done

# containerd shows its user the last line of runc's log.
refuse() {
	[ -z "$log" ] || printf '{"level":"error","msg":"rediacc: %s","time":"%s"}\\n' "$1" "$(date -Is)" >>"$log"
	echo "rediacc: $1" >&2
	exit 1
}

folder=\${0%/*}
runc=
old_ifs=$IFS IFS=:
for place in $PATH; do
	if [ "$place" != "$folder" ] && [ -x "$place/runc" ]; then runc=$place/runc; break; fi
done
IFS=$old_ifs
[ -n "$runc" ] || refuse 'there is no runc on the PATH'

# In the lists of capabilities alone, of which no other brace is a part.
drop_net_raw() {
	sed -i -e ':again
s/\\("capabilities":{[^}]*\\),"CAP_NET_RAW"/\\1/;t again
s/\\("capabilities":{[^}]*\\)"CAP_NET_RAW",\\{0,1\\}/\\1/;t again' "$1" || refuse "$1 cannot be changed"
}

# Sets address, which is empty when the container has none, and pin, when something is mounted that others could have exchanged. All
# that look like its cgroup must be below the repository's, since an annotation may have the same name.
read_config() {
	address= path= pin=
	state=$(cd -P "$REDIACC_STATE" && pwd)
	words=$(grep -oE '"(cgroupsPath":"|SERVICE_IP=|type":"bind","source":")[^"]*"' "$1")
	IFS='
'
	for word in $words; do
		case $word in
		'"SERVICE_IP='*) address=\${word#*=} address=\${address%?} ;;
		'"type":"bind"'*)
			source=\${word#*source?:?} source=\${source%?}
			is_own "$source" || pin=1
			;;
		*)
			path=\${word#*:?} path=\${path%?}
			case $path in
			*/..* | *'\\'*) refuse_cgroup ;;
			"$REDIACC_CGROUPS_PATH"?*) ;;
			*) refuse_cgroup ;;
			esac
			;;
		esac
	done
	IFS=$old_ifs
	[ -n "$path" ] || refuse_cgroup
}

# Docker's own files, and volumes that are but folders of Docker's. What pin would let pass as well; most containers have no other.
is_own() {
	case $1 in
	*/../* | *'\\'*) return 1 ;;
	"$state"/docker/containers/* | "$REDIACC_STATE"/hosts/* | /usr/*/docker-init) return 0 ;;
	"$state"/docker/volumes/*/_data) ;;
	*) return 1 ;;
	esac
	volume=\${1#"$state/docker/volumes/"} volume=\${volume%/_data}
	case $volume in */*) return 1 ;; esac
	[ ! -e "$state/docker/volumes/$volume/opts.json" ]
}

refuse_cgroup() { refuse "the cgroup of a container must be below $REDIACC_CGROUP; --cgroup-parent cannot be chosen here"; }

# Sets service: where the container's localhost leads.
choose_address() {
	base=$(((127 << 24) + REDIACC_NETWORK_ID))
	service=$((base + 1))
	[ -n "$address" ] || return 0
	case $address in
	*[!0-9.]* | *.*.*.*.* | *..* | .* | *. | 0* | *.0[0-9]* | *[0-9][0-9][0-9][0-9]*) refuse "SERVICE_IP=$address is no address" ;;
	*.*.*.*) ;;
	*) refuse "SERVICE_IP=$address is no address" ;;
	esac
	IFS=. read -r a b c d <<-END
		$address
	END
	service=$(((a << 24) + (b << 16) + (c << 8) + d))
	offset=$((service - base))
	[ $offset -ge ${FIRST_SERVICE_OFFSET} ] && [ $offset -le ${FIRST_SERVICE_OFFSET + LAST_SLOT} ] || refuse "SERVICE_IP=$address is not of repository $REDIACC_NETWORK_ID"
}

# Sets bytes, lowest first, as bpftool takes them.
set_bytes() { bytes="$(($1 & 255)) $(($1 >> 8 & 255)) $(($1 >> 16 & 255)) $(($1 >> 24 & 255))"; }

# Sets why, when it does not work.
enter() {
	cgroup=
	read -r pid <"$pid_file"
	while read -r line; do
		case $line in 0::*) cgroup=\${line#0::} ;; esac
	done <"/proc/$pid/cgroup"
	case $cgroup in "$REDIACC_CGROUP"/*) ;; *) why="its cgroup is $cgroup, which is not below $REDIACC_CGROUP"; return 1 ;; esac
	set -- $(stat -L -c %i "/proc/$pid/ns/net" /proc/self/ns/net "$REDIACC_CGROUPS$cgroup")
	kind=${TENANT}
	[ "$1" = "$2" ] || kind=${APART}
	set_bytes "$3"; key=$bytes
	set_bytes $(($3 >> 32)); key="$key $bytes"
	set_bytes $base; value=$bytes
	set_bytes $service; value="$value $bytes $kind 0 0 0 0 0 0 0"
	why=$(bpftool map update pinned "$REDIACC_PINS/maps/tenants" key $key value $value 2>&1) || return 1
	echo "$key" >"$root/$container/rediacc-key"
}

case $command in
create)
	config=$bundle/config.json
	read_config "$config"
	choose_address
	drop_net_raw "$config"
	[ -z "$pin" ] || set -- "$folder/pin" "$config" "$log" "$runc" "$@"
	[ -n "$pin" ] || set -- "$runc" "$@"
	"$@" || exit
	enter && exit
	"$runc" --root "$root" delete --force "$container"
	refuse "$why"
	;;
run)
	# A step of a build: known by the repository's cgroup.
	read_config "$bundle/config.json"
	drop_net_raw "$bundle/config.json"
	;;
exec) [ -z "$process" ] || drop_net_raw "$process" ;;
delete)
	if [ -f "$root/$container/rediacc-key" ]; then
		read -r key <"$root/$container/rediacc-key"
		bpftool map delete pinned "$REDIACC_PINS/maps/tenants" key $key >/dev/null 2>&1
	fi
	;;
restore) refuse 'checkpoints cannot be restored here: their rights are not known' ;;
esac
exec "$runc" "$@"
`;

/**
 * Answers a connection: it is run among the repositories, as if it were of one of them. Reads the number of a port on which the asker
 * listens on 127.0.0.1, and prints whether it could reach it; then what has been refused, as bpftool has it.
 */
export const REPORT_SCRIPT = `#!/bin/bash
# Says whether a stranger among the repositories reaches a port of the machine, and what has been refused. Made by renet.
read -r -t 5 port
if (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then echo open; else echo closed; fi
exec bpftool --json map dump pinned "$REDIACC_PINS/maps/refused"
`;
