using System.Net.Sockets;

namespace Parley.Net;

/// <summary>Opens the platform's UDP sockets the way all lanes want them.</summary>
internal static class UdpSockets
{
    private const int LinuxSocketLevel = 1;        // SOL_SOCKET
    private const int LinuxReusePort = 15;         // SO_REUSEPORT
    private const int LinuxIpv6Level = 41;         // IPPROTO_IPV6
    private const int LinuxIpv6TrafficClass = 67;  // IPV6_TCLASS
    private const int LinuxTimestamps = 35;        // SO_TIMESTAMPNS
    private const int WindowsConnectionReset = unchecked((int)0x9800000C); // SIO_UDP_CONNRESET

    /// <exception cref="SocketException">The address is in use, not ours, or not permitted.</exception>
    public static Socket Open(in NetEndpoint local, DatagramOptions options)
    {
        Check(local, options);
        var socket = new Socket(local.Family, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            if (local.IsV6)
                socket.DualMode = false; // an IPv4 peer must show as IPv4: such a socket is opened beside this one
            if (options.ReusePort)
                SetReusePort(socket);
            if (options.ReceiveBuffer > 0)
                socket.ReceiveBufferSize = options.ReceiveBuffer;
            if (options.SendBuffer > 0)
                socket.SendBufferSize = options.SendBuffer;
            if (options.Dscp > 0)
                SetTrafficClass(socket, local.IsV6, options.Dscp << 2); // RFC 2474 §3: the upper six bits of the octet
            if (OperatingSystem.IsWindows())
                socket.IOControl(WindowsConnectionReset, [0], null); // else an ICMP answer to one datagram fails the next receive
            socket.Bind(local.ToIPEndPoint());
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <exception cref="ArgumentException">No address is given, or an option is out of its range.</exception>
    public static void Check(in NetEndpoint local, DatagramOptions options)
    {
        if (!local.HasValue)
            throw new ArgumentException("A UDP socket needs an address to bind; use 0.0.0.0 or :: for all.", nameof(local));
        ArgumentOutOfRangeException.ThrowIfNegative(options.ReceiveBuffer);
        ArgumentOutOfRangeException.ThrowIfNegative(options.SendBuffer);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Batch, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaxDatagram, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.MaxDatagram, PacketPool.LargeSize);
        ArgumentOutOfRangeException.ThrowIfNegative(options.Dscp);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.Dscp, 63);
    }

    /// <summary>Has Linux note when each datagram came, to the nanosecond of its wall clock.</summary>
    public static void SetTimestamps(Socket socket, bool on) =>
        socket.SetRawSocketOption(LinuxSocketLevel, LinuxTimestamps, BitConverter.GetBytes(on ? 1 : 0));

    private static void SetReusePort(Socket socket)
    {
        if (OperatingSystem.IsLinux())
            socket.SetRawSocketOption(LinuxSocketLevel, LinuxReusePort, BitConverter.GetBytes(1));
        else
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
    }

    private static void SetTrafficClass(Socket socket, bool isV6, int value)
    {
        if (!isV6)
            socket.SetSocketOption(SocketOptionLevel.IP, SocketOptionName.TypeOfService, value);
        else if (OperatingSystem.IsLinux())
            socket.SetRawSocketOption(LinuxIpv6Level, LinuxIpv6TrafficClass, BitConverter.GetBytes(value));
    }
}
