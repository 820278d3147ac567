/**
 * A POSIX shell script that unpacks packages of another Debian release into a folder, by apt from the machine's own mirror and checked
 * by its signature: `sh -c SCRIPT sh RELEASE FOLDER PACKAGE…`.
 */
export const FROM_DEBIAN_SCRIPT = `
set -eu
release=$1 folder=$2
shift 2
own=$(. /etc/os-release && echo "$VERSION_CODENAME")
mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Origin: Debian' \\
	"Codename: $own" 2>/dev/null | head -n 1)
if [ -z "$mirror" ]; then
	echo "apt names no mirror of Debian" >&2
	exit 1
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chmod 755 "$work"
mkdir -p "$work/lists/partial" "$work/cache/archives/partial"
echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror $release main" >"$work/sources.list"
cd "$work"
for command in update "download $*"; do
	# Unquoted, since it is several words.
	apt-get -qq -o "Dir::Etc::sourcelist=$work/sources.list" -o Dir::Etc::sourceparts=/dev/null \\
		-o "Dir::State::lists=$work/lists" -o "Dir::Cache=$work/cache" -o APT::Sandbox::User=root $command
done
for package in ./*.deb; do dpkg-deb -x "$package" "$folder"; done
`;

/**
 * A POSIX shell script that installs packages: \`sh -c SCRIPT sh PACKAGE…\`. One run at a time, also when the connection that began it is
 * lost: dpkg is never cut off, since what it prints goes to a file. \`PACKAGE/RELEASE\`, which is Docker Compose alone, comes out of another
 * Debian release, into the folder for plugins that are no package's.
 */
export const INSTALL_SCRIPT = `
export DEBIAN_FRONTEND=noninteractive LC_ALL=C
trap '' HUP PIPE
from_debian='${FROM_DEBIAN_SCRIPT.replaceAll("'", `'\\''`)}'
# Ubuntu 24.04 has one for each kernel, behind a program that refuses to work with another kernel than its own; bpftool itself does
# not mind.
bpftool_package() {
	if apt-cache policy bpftool | grep -q 'Candidate: [0-9]'; then echo bpftool; else echo linux-tools-generic; fi
}
install_all() {
	set -e
	exec 9>/run/rediacc-packages.lock
	flock 9
	dpkg --configure -a
	apt-get -q update
	plain=
	for package; do
		case $package in
		*/*) ;;
		bpftool) plain="$plain $(bpftool_package)" ;;
		*) plain="$plain $package" ;;
		esac
	done
	[ -z "$plain" ] || apt-get -q -y --no-install-recommends -o DPkg::Lock::Timeout=600 install $plain
	if ! bpftool version && [ -d /usr/lib/linux-tools ]; then
		ln -sf "$(ls -d /usr/lib/linux-tools/*/bpftool | sort -V | tail -n 1)" /usr/local/sbin/bpftool
	fi
	for package; do
		case $package in */*) ;; *) continue ;; esac
		folder=$(mktemp -d)
		sh -c "$from_debian" sh "\${package#*/}" "$folder" "\${package%/*}"
		install -D -m 755 -t /usr/local/lib/docker/cli-plugins "$folder"/usr/libexec/docker/cli-plugins/*
		rm -rf "$folder"
	done
}
log=$(mktemp)
# A process of its own, since set -e means nothing in what is tested.
(install_all "$@") >"$log" 2>&1 </dev/null
code=$?
[ $code = 0 ] || tail -n 20 "$log" >&2
rm -f "$log"
exit $code
`;
