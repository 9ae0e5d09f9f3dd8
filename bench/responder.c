/*
 * A DHCPv4 responder that keeps nothing: every DISCOVER gets an OFFER and every REQUEST an ACK of an address made from the last
 * bytes of chaddr. The limit that the kernel and the load generator set to any server that reads and answers one datagram at a time.
 *
 *     responder ADDRESS      listens on port 67; ends by itself after ten minutes
 */
#include <arpa/inet.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { YIADDR = 16, CHADDR = 28, OPTIONS = 240, SMALLEST_REPLY = 300, DISCOVER = 1, OFFER = 2, REQUEST = 3, ACK = 5 };

static int message_type(const uint8_t *message, ssize_t length)
{
    for (ssize_t at = OPTIONS; at + 2 < length && message[at] != 255; at += message[at] == 0 ? 1 : 2 + message[at + 1])
        if (message[at] == 53)
            return message[at + 2];
    return 0;
}

int main(int argc, char **argv)
{
    struct sockaddr_in own = {.sin_family = AF_INET, .sin_port = htons(67)};
    if (argc != 2 || inet_pton(AF_INET, argv[1], &own.sin_addr) != 1)
        return 2;
    alarm(600);
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    int buffer = 4 << 20;
    setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &buffer, sizeof buffer);
    if (bind(fd, (struct sockaddr *)&own, sizeof own) != 0)
        return 1;

    /* server identifier, lease time 4000 s, T1, T2, mask 255.0.0.0, end */
    uint8_t options[] = {53, 1, 0, 54, 4, 0, 0, 0, 0, 51, 4, 0, 0, 15, 160, 58, 4, 0, 0, 3, 232, 59, 4, 0, 0, 7, 208, 1, 4, 255, 0, 0, 0, 255};
    memcpy(options + 5, &own.sin_addr, 4);
    uint8_t message[2048];
    for (;;) {
        struct sockaddr_in from;
        socklen_t size = sizeof from;
        ssize_t length = recvfrom(fd, message, sizeof message, 0, (struct sockaddr *)&from, &size);
        int type = length > OPTIONS ? message_type(message, length) : 0;
        if (type != DISCOVER && type != REQUEST)
            continue;
        message[0] = 2;
        message[YIADDR] = 10;
        message[YIADDR + 1] = 1 + message[CHADDR + 3] % 200;
        message[YIADDR + 2] = message[CHADDR + 4];
        message[YIADDR + 3] = message[CHADDR + 5];
        options[2] = type == DISCOVER ? OFFER : ACK;
        memset(message + OPTIONS, 0, SMALLEST_REPLY - OPTIONS);
        memcpy(message + OPTIONS, options, sizeof options);
        sendto(fd, message, SMALLEST_REPLY, 0, (struct sockaddr *)&from, size);
    }
}
