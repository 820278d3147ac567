// Times what a kernel does for sockets, with as little around it as possible.
//   latency serve ADDRESS PORT             answers over TCP and UDP
//   latency tcp|udp ADDRESS PORT COUNT     prints the median of that many connections with a request, or datagrams, in nanoseconds
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static struct sockaddr_in target;

static void fail(const char *what)
{
	perror(what);
	exit(1);
}

static int make(int type)
{
	int fd = socket(AF_INET, type, 0);
	if (fd < 0)
		fail("socket");
	return fd;
}

static void serve(void)
{
	int one = 1, tcp = make(SOCK_STREAM), udp = make(SOCK_DGRAM);
	char buffer[512];
	setsockopt(tcp, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
	if (bind(tcp, (void *)&target, sizeof target) || bind(udp, (void *)&target, sizeof target) || listen(tcp, 512))
		fail("bind");
	puts("ready");
	fflush(stdout);
	struct pollfd fds[] = { { tcp, POLLIN, 0 }, { udp, POLLIN, 0 } };
	while (poll(fds, 2, -1) > 0) {
		if (fds[0].revents) {
			int fd = accept(tcp, 0, 0);
			if (read(fd, buffer, sizeof buffer) > 0 && write(fd, "ok", 2) != 2)
				fail("write");
			close(fd);
		}
		if (fds[1].revents) {
			struct sockaddr_in from;
			socklen_t size = sizeof from;
			ssize_t length = recvfrom(udp, buffer, sizeof buffer, 0, (void *)&from, &size);
			if (length > 0)
				sendto(udp, buffer, length, 0, (void *)&from, size);
		}
	}
}

static void request(void)
{
	char buffer[512];
	// An end by reset leaves nothing waiting behind.
	struct linger reset = { 1, 0 };
	int fd = make(SOCK_STREAM);
	setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
	if (connect(fd, (void *)&target, sizeof target) || write(fd, "hi", 2) != 2 || read(fd, buffer, sizeof buffer) != 2)
		fail("request");
	close(fd);
}

static void datagram(int fd)
{
	char buffer[512];
	struct sockaddr_in from;
	socklen_t size = sizeof from;
	if (sendto(fd, "hi", 2, 0, (void *)&target, sizeof target) != 2 ||
	    recvfrom(fd, buffer, sizeof buffer, 0, (void *)&from, &size) != 2)
		fail("datagram");
}

static int compare(const void *a, const void *b)
{
	long x = *(const long *)a, y = *(const long *)b;
	return (x > y) - (x < y);
}

static long now(void)
{
	struct timespec time;
	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1000000000L + time.tv_nsec;
}

int main(int argc, char **argv)
{
	if (argc < 4)
		return 2;
	target.sin_family = AF_INET;
	target.sin_port = htons(atoi(argv[3]));
	inet_pton(AF_INET, argv[2], &target.sin_addr);
	if (!strcmp(argv[1], "serve"))
		serve();
	int count = argc > 4 ? atoi(argv[4]) : 1000, fd = make(SOCK_DGRAM);
	long *times = calloc(count, sizeof *times);
	for (int i = 0; i < count; i++) {
		long begin = now();
		if (!strcmp(argv[1], "tcp"))
			request();
		else
			datagram(fd);
		times[i] = now() - begin;
	}
	qsort(times, count, sizeof *times, compare);
	printf("%ld\n", times[count / 2]);
	return 0;
}
