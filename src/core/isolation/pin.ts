import { COMMON_PATHS } from '../repository/permissions.ts';

/**
 * The program `pin` beside the wrapper of runc, called for containers with bind mounts of more than Docker's own files. Docker knows a
 * mount by its path alone, and follows it whenever the container starts; a container that can write to a part of that path may have
 * put a link there meanwhile, to anywhere. So each source is opened once, what the kernel says of the open file is held against what
 * the repository may have, and that file is what runc mounts, under a name that nobody else can change. (Kubernetes does the
 * same for `subPath` since CVE-2017-1002101, Docker for the `subpath` of a volume.)
 *
 * Perl, because it starts in two milliseconds, knows system calls, and is a part of every Debian and Ubuntu (`perl-base`).
 */
export const PIN_SCRIPT = String.raw`#!/usr/bin/perl
# Mounts of a container: what their sources lead to now, if a repository may have it. Then runs runc. Made by renet.
use strict;
use warnings;
use Config;

my ($config, $log, @runc) = @ARGV;
my $state = canonical($ENV{REDIACC_STATE});

# containerd shows its user the last line of runc's log.
sub refuse {
	my ($why) = @_;
	print STDERR "rediacc: $why\n";
	(my $text = $why) =~ s/(["\\])/\\$1/g;
	$text =~ s/[[:cntrl:]]/?/g;
	if ($log ne '' and open my $file, '>>', $log) { print $file qq({"level":"error","msg":"rediacc: $text"}\n) }
	exit 1;
}

sub slurp {
	my ($path) = @_;
	open my $file, '<', $path or refuse("$path cannot be read: $!");
	local $/;
	return scalar <$file>;
}

# The file itself, whatever becomes of its path; opening one of its kind does nothing.
use constant O_PATH => 010000000;

sub opened {
	my ($path) = @_;
	sysopen my $file, $path, O_PATH or refuse("$path cannot be mounted: $!");
	return $file;
}

sub name_of { readlink '/proc/self/fd/' . fileno shift }
sub canonical { name_of(opened(shift)) }

sub below {
	my ($path, $folder) = @_;
	return $folder eq '/' || $path eq $folder || index($path, "$folder/") == 0;
}

my $record = slurp($ENV{REDIACC_RECORD});
my ($name) = $record =~ /"name": "([^"]*)"/ or refuse("$ENV{REDIACC_RECORD} names no repository");
my ($folder) = $record =~ /"path": "((?:[^"\\]|\\.)*)"/ or refuse("$ENV{REDIACC_RECORD} names no folder");
$folder = canonical($folder);
my ($words) = $record =~ /"permissions": \[(.*)/s;
my %permitted = map { $_ => 1 } ($words // '') =~ /"(ipc|path:[^"]*)"/g;

sub is_allowed {
	my ($path, $is_read_only) = @_;
	return 1 if below($path, $folder);
	return 1 if grep { /^path:(.*)/ && below($path, $1) } keys %permitted;
	return 1 if $permitted{ipc} and $path eq '/dev/shm';
	# Programs of the machine are no secret: Docker's own init is one.
	return $is_read_only && grep { below($path, $_) } qw(/usr ${COMMON_PATHS.join(' ')});
}

# A volume that dockerd has mounted, by what is mounted there: by which other names it is known.
sub names_of_mounted {
	my ($place) = @_;
	my @mounts = map {
		my (undef, undef, $device, $root, $point) = split / /;
		s/\\(\d{3})/chr oct $1/ge for $root, $point;
		{ device => $device, root => $root, point => $point }
	} split /\n/, slurp('/proc/self/mountinfo');
	my ($own) = reverse grep { $_->{point} eq $place } @mounts or return $place;
	my @others = grep { $_->{device} eq $own->{device} && below($own->{root}, $_->{root}) } @mounts;
	return map {
		my $rest = substr $own->{root}, $_->{root} eq '/' ? 1 : length($_->{root}) + 1;
		$_->{point} eq '/' ? "/$rest" : $rest eq '' ? $_->{point} : "$_->{point}/$rest";
	} grep { !is_made_by_docker($_->{point}) } @others;
}

# Where dockerd mounts volumes, and their subpaths.
sub is_made_by_docker { $_[0] =~ m{^(?:\Q$state\E/docker/volumes/[^/]+/_data|/tmp/safe-mount\d+)$} }

# Files that dockerd and renet make for a container, in folders that are root's alone, and volumes that are no path of this machine.
sub is_own {
	my ($source) = @_;
	return 1 if $source =~ m{^(\Q$state\E/docker/volumes/[^/]+)/_data$} and -e "$1/opts.json" and slurp("$1/opts.json") !~ /"MountOpts":"(?:[^"]*,)?r?bind[,"]/;
	return $source =~ m{^\Q$state\E/docker/containers/} || $source =~ m{^\Q$ENV{REDIACC_STATE}\E/hosts/[^/]+$};
}

# What a container may write to, root runs nothing of, ever.
sub note_writable {
	my @paths = grep { below($_, $folder) } @_ or return;
	my $list = "$state/writable";
	my %known = map { $_ => 1 } -e $list ? split /\n/, slurp($list) : ();
	my @new = grep { !$known{$_} } @paths or return;
	open my $file, '>>', $list or refuse("$list cannot be written: $!");
	print $file map { "$_\n" } @new;
	close $file or refuse("$list cannot be written: $!");
}

# Their numbers; the rest is the same on all machines.
my %call = $Config{archname} =~ /^aarch64/ ? (mount => 40, unshare => 97) : (mount => 165, unshare => 272);
use constant { CLONE_NEWNS => 0x20000, MS_NOSUID => 2, MS_NODEV => 4, MS_BIND => 0x1000, MS_REC => 0x4000, MS_PRIVATE => 0x40000 };

sub mount {
	my ($source, $target, $type, $flags) = @_;
	return syscall($call{mount}, $source, $target, $type, $flags, 0) == 0;
}

# Names in a mount namespace that ends with runc, and in a file system that nobody else sees. Of the mounts that are there only the
# one above these names becomes private: what a container is to mount for others (rshared) still reaches them.
my $names = '/run/rediacc-sources';

sub make_names {
	mkdir $names, 0700;
	syscall($call{unshare}, CLONE_NEWNS) == 0
		and (mount('none', '/run', 'none', MS_PRIVATE) or mount('none', '/', 'none', MS_PRIVATE))
		and mount('rediacc', $names, 'tmpfs', MS_NOSUID | MS_NODEV)
		or refuse("mounts cannot be made sure of: $!");
}

my %pinned;

sub pin {
	my ($source, $file) = @_;
	my $place = "$names/" . keys %pinned;
	# A name for a folder must be one, and for anything else a file.
	if (-d $file) { mkdir $place } else { open my $made, '>', $place }
	mount('/proc/self/fd/' . fileno $file, $place, 'none', MS_BIND | MS_REC) or refuse("$source cannot be mounted: $!");
	$pinned{$source} = $place;
}

sub check {
	my ($source, $is_read_only) = @_;
	return if is_own($source);
	my $file = opened($source);
	my $path = name_of($file);
	my $made = is_made_by_docker($source);
	my @paths = $made ? names_of_mounted($path) : $path;
	refuse("$source has a line break in its name") if grep { /\n/ } @paths;
	# Nobody has it but this volume: memory, or a share of another machine.
	my $ok = $made && !@paths || grep { is_allowed($_, $is_read_only) || $made && below($_, "$state/docker/volumes") } @paths;
	my $where = $paths[0] eq $source ? '' : ", which leads to $paths[0],";
	refuse("mounting $source$where is not allowed to $name; to allow it: renet repo allow $name path:$paths[0]") unless $ok;
	note_writable(@paths) unless $is_read_only;
	pin($source, $file) unless $made;
}

# JSON as Go writes it: runtime-spec's Mount is destination, type, source, options.
my $text = slurp($config);
my $bind = qr/"type":"bind","source":"((?:[^"\\]|\\.)*)","options":\[([^\]]*)\]/;
my %binds;
my $count = 0;
while ($text =~ /$bind/g) {
	my ($source, $options) = ($1, $2);
	$count++;
	$binds{$source} = 1 unless exists $binds{$source};
	# Docker 25 and newer say rro, with what is mounted below.
	$binds{$source} = 0 unless $options =~ /"r?ro"/;
}
refuse("$config has mounts that are not understood") unless $count == (() = $text =~ /"type":"bind"/g);

my %plain;
for my $source (keys %binds) {
	(my $path = $source) =~ s/\\u00(26|3c|3e)/chr hex $1/ge;
	refuse("$source has a quotation mark, a backslash or another sign in it that no mount may have") if $path =~ /\\/;
	$plain{$source} = $path;
}
make_names();
check($plain{$_}, $binds{$_}) for sort keys %binds;
$text =~ s/("type":"bind","source":")((?:[^"\\]|\\.)*)"/$1 . ($pinned{$plain{$2}} || $2) . '"'/ge;
open my $file, '>', $config or refuse("$config cannot be written: $!");
print $file $text;
close $file or refuse("$config cannot be written: $!");
exec @runc or refuse("$runc[0] cannot be run: $!");
`;
