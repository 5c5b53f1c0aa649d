"""Take name resolution away from this Python process, but for the loopback.

Python imports a module of this name at start when it is on PYTHONPATH, so every client, the AWS CLI and notebook kernels included,
runs as on a machine without a network. Addresses other than the loopback's are refused too.
"""

import ipaddress
import socket

_getaddrinfo = socket.getaddrinfo


def _is_loopback(host):
    if isinstance(host, bytes):
        host = host.decode()
    if host in (None, "", "localhost"):
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


def _offline(host, *args, **kwargs):
    if not _is_loopback(host):
        raise socket.gaierror(socket.EAI_NONAME, "offline test: %s does not resolve" % host)
    return _getaddrinfo(host, *args, **kwargs)


socket.getaddrinfo = _offline
