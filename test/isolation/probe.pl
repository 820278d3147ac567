#!/usr/bin/perl
# Tries what a process may do with sockets, one system call at a time.
#   probe.pl serve TAG KIND@ADDRESS:PORT...   listens, and answers with its tag; '-' as the address: listens without bind
#   probe.pl ask KIND ADDRESS:PORT [FROM]     prints what came back, or ERR and the call that failed; more questions after a ','
#   probe.pl hold                             does nothing
# Kinds: tcp4 tcp6 mptcp4 mptcp6 tfo4 (fast open) udp4 udp6 raw4 packet; with 's' (sendto instead of connect), 'o' (IPv6 only),
# 'r' (SO_REUSEPORT), 't' (IP_TRANSPARENT) after a dot: udp4.s, tcp6.o.
use strict;
use warnings;
use Errno;
use Socket qw(:all);
use constant { IPPROTO_MPTCP => 262, AF_PACKET => 17, ETH_P_ALL => 0x0300, MSG_FASTOPEN => 0x20000000, IP_TRANSPARENT => 19 };
$| = 1;

sub error { my ($what) = @_; my ($name) = grep { $!{$_} && $_ ne 'EWOULDBLOCK' } sort keys %!; return "ERR $what " . ($name // '') }

sub address {
	my ($text) = @_;
	my ($host, $port) = $text =~ /^\[?(.*?)\]?:(\d+)$/ or die "address: $text";
	return $host =~ /:/ ? pack_sockaddr_in6($port, inet_pton(AF_INET6, $host)) : pack_sockaddr_in($port, inet_aton($host));
}

sub name {
	my ($address) = @_;
	return '-' unless $address;
	return sockaddr_family($address) == AF_INET6
		? do { my ($port, $host) = unpack_sockaddr_in6($address); sprintf '[%s]:%d', inet_ntop(AF_INET6, $host), $port }
		: do { my ($port, $host) = unpack_sockaddr_in($address); sprintf '%s:%d', inet_ntoa($host), $port };
}

sub make {
	my ($kind) = @_;
	my ($base, $options) = $kind =~ /^(\w+)(?:\.(\w+))?$/ or die "kind: $kind";
	$options //= '';
	my $family = $base =~ /6$/ ? AF_INET6 : AF_INET;
	my ($type, $protocol) = (SOCK_STREAM, 0);
	$type = SOCK_DGRAM if $base =~ /^udp/;
	$protocol = IPPROTO_MPTCP if $base =~ /^mptcp/;
	($type, $protocol) = (SOCK_RAW, IPPROTO_UDP) if $base =~ /^raw/;
	($family, $type, $protocol) = (AF_PACKET, SOCK_RAW, ETH_P_ALL) if $base eq 'packet';
	socket(my $socket, $family, $type, $protocol) or return (undef, error('socket'));
	setsockopt($socket, IPPROTO_IPV6, IPV6_V6ONLY, $options =~ /o/ ? 1 : 0) if $family == AF_INET6;
	setsockopt($socket, SOL_SOCKET, SO_REUSEPORT, 1) if $options =~ /r/;
	if ($options =~ /t/) { setsockopt($socket, IPPROTO_IP, IP_TRANSPARENT, 1) or print error('transparent'), "\n" }
	return ($socket, $options);
}

sub serve {
	my ($tag, @specs) = @_;
	my (%sockets, $bits, @open);
	$bits = '';
	for my $spec (@specs) {
		my ($kind, $address) = split /@/, $spec, 2;
		my ($socket, $error) = make($kind);
		unless ($socket) { print "$spec $error\n"; next }
		setsockopt($socket, SOL_SOCKET, SO_REUSEADDR, 1);
		if ($address ne '-' && !bind($socket, address($address))) { print "$spec ", error('bind'), "\n"; next }
		if ($kind !~ /^udp/ && !listen($socket, 512)) { print "$spec ", error('listen'), "\n"; next }
		print "$spec bound ", name(getsockname($socket)), "\n";
		$sockets{ fileno $socket } = [$spec, $kind, $socket];
		vec($bits, fileno $socket, 1) = 1;
	}
	while (1) {
		select(my $ready = $bits, undef, undef, undef) > 0 or next;
		for my $number (grep { vec($ready, $_, 1) } keys %sockets) {
			my ($spec, $kind, $socket) = @{ $sockets{$number} };
			if ($kind =~ /^udp/) {
				my $from = recv($socket, my $got, 2000, 0) or next;
				print "$spec GOT from ", name($from), "\n";
				send($socket, "$tag peer=" . name($from), 0, $from);
			} else {
				my $from = accept(my $connection, $socket) or next;
				print "$spec GOT from ", name($from), "\n";
				syswrite $connection, "$tag peer=" . name($from) . ' local=' . name(getsockname($connection));
				# An end now would reset the connection, since nobody has read what the other has sent.
				push @open, $connection;
				shift @open if @open > 100;
			}
		}
	}
}

sub ask {
	my ($kind, $to, $from) = @_;
	my ($socket, $options) = make($kind);
	return $options unless $socket;
	return 'OK packet socket' if $kind eq 'packet';
	my $second = pack 'l!l!', 1, 0;
	setsockopt($socket, SOL_SOCKET, $_, $second) for SO_RCVTIMEO, SO_SNDTIMEO;
	if ($from && !bind($socket, address($from))) { return error('bind') }
	my $target = address($to);
	if ($kind =~ /^raw/) {
		my ($port) = $to =~ /:(\d+)$/;
		return send($socket, pack('nnnn', 12345, $port, 10, 0) . 'hi', 0, $target) ? 'OK raw sent' : error('sendto');
	}
	if ($kind =~ /^tfo/) { send($socket, 'hi', MSG_FASTOPEN, $target) or return error('sendto') }
	elsif ($options =~ /s/) { send($socket, 'hi', 0, $target) or return error('sendto') }
	else {
		connect($socket, $target) or return error('connect');
		if ($kind =~ /^udp/) { send($socket, 'hi', 0) or return error('send') }
	}
	my $sender = recv($socket, my $answer, 2000, 0);
	my $failed = error('recv');
	my $names = ' sockname=' . name(getsockname($socket)) . ' peername=' . name(getpeername($socket));
	return $failed . $names unless defined $sender && length $answer;
	return "OK $answer" . ($sender ? ' from=' . name($sender) : '') . $names;
}

# All at once, each by a process of its own, as most of them wait; the answers are in the order of the questions.
sub ask_all {
	my @questions = ([]);
	for (@_) {
		if ($_ eq ',') { push @questions, [] }
		else { push @{ $questions[-1] }, $_ }
	}
	my @answers;
	for my $words (@questions) {
		my $child = open(my $answer, '-|') // die "fork: $!";
		unless ($child) { print ask(@$words), "\n"; exit }
		push @answers, $answer;
	}
	print readline $_ for @answers;
}

my ($command, @rest) = @ARGV;
if ($command eq 'serve') { serve(@rest) }
elsif ($command eq 'ask') { ask_all(@rest) }
else { sleep 3600 while 1 }
