# What systemd does for a service with sockets (sd_listen_fds(3)): holds them open, hands them over, and starts the service
# again whenever it ends.
# usage: perl hold-sockets.pl NAME=ADDRESS:PORT... -- COMMAND...
use strict;
use warnings;
use Fcntl;
use IO::Socket::INET;
use POSIX ();

my (@names, @sockets);
while (defined(my $argument = shift @ARGV)) {
  last if $argument eq '--';
  my ($name, $address) = split /=/, $argument;
  push @names, $name;
  push @sockets,
    IO::Socket::INET->new(Listen => 1024, LocalAddr => $address, ReuseAddr => 1) // die "$address: $@\n";
}

my $pid;
$SIG{TERM} = sub { kill 'TERM', $pid; waitpid $pid, 0; exit 0 };
$| = 1;
for (;;) {
  $pid = fork;
  if ($pid == 0) {
    $SIG{TERM} = 'DEFAULT';
    # What it prints is not for who reads process ids.
    open STDOUT, '>&', \*STDERR;
    # Out of the way first, as one may have a number that another is to get.
    my @copies = map { fcntl $_, F_DUPFD, 100 } @sockets;
    POSIX::dup2($copies[$_], 3 + $_) for 0 .. $#copies;
    POSIX::close($_) for @copies;
    @ENV{qw(LISTEN_PID LISTEN_FDS LISTEN_FDNAMES)} = ($$, scalar @names, join ':', @names);
    exec @ARGV or die "$ARGV[0]: $!\n";
  }
  print "$pid\n";
  waitpid $pid, 0;
  select undef, undef, undef, 0.1;
}
