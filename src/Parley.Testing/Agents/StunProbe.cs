using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using Parley.Net;

namespace Parley.Testing.Agents;

/// <summary>Asks a STUN server which address this machine is seen under (RFC 8489 §6).</summary>
internal static class StunProbe
{
    private const int DefaultPort = 3478;
    private const int Header = 20;
    private const uint MagicCookie = 0x2112_A442;
    private const ushort BindingRequest = 0x0001;
    private const ushort BindingSuccess = 0x0101;
    private const ushort MappedAddress = 0x0001;
    private const ushort XorMappedAddress = 0x0020;

    // RFC 8489 §6.2.1 begins with 500 ms and doubles; a server on the way out of here answers the first or is not there.
    private const int Attempts = 4;
    private static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(500);

    /// <summary>The address seen.</summary>
    /// <param name="server"><c>stun:host:port</c>; scheme and port may be left out.</param>
    /// <param name="network">Where to ask from.</param>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="IOException">There is no such server, or it does not answer.</exception>
    public static async Task<IPAddress> AskAsync(string server, INetwork network, CancellationToken cancel)
    {
        var remote = await LocateAsync(server, cancel).ConfigureAwait(false);
        var asked = new Exchange();
        var any = remote.IsV6 ? IPAddress.IPv6Any : IPAddress.Any;
        var socket = network.CreateLanes("stun", 1)[0].BindUdp(NetEndpoint.From(any, 0), asked);
        await using (socket.ConfigureAwait(false))
        {
            for (var attempt = 0; attempt < Attempts; attempt++)
            {
                socket.Send(asked.Request, remote);
                try
                {
                    return await asked.Answer.WaitAsync(s_interval, network.Time, cancel).ConfigureAwait(false);
                }
                catch (TimeoutException)
                {
                    // The same again: the transaction is the same.
                }
            }
        }

        throw new IOException($"the STUN server `{server}` does not answer");
    }

    private static async Task<NetEndpoint> LocateAsync(string server, CancellationToken cancel)
    {
        var text = server.StartsWith("stun:", StringComparison.OrdinalIgnoreCase) ? server[5..] : server;
        var colon = text.LastIndexOf(':');
        var port = DefaultPort;
        if (colon >= 0 && !text.EndsWith(']') && !int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out port))
            throw new IOException($"`{server}` is no STUN server: write stun:host:port");
        var host = (colon >= 0 && !text.EndsWith(']') ? text[..colon] : text).Trim('[', ']');
        if (!IPAddress.TryParse(host, out var address))
        {
            try
            {
                address = (await Dns.GetHostAddressesAsync(host, cancel).ConfigureAwait(false)).FirstOrDefault();
            }
            catch (System.Net.Sockets.SocketException e)
            {
                throw new IOException($"the STUN server `{server}` is not found: {e.Message}", e);
            }
        }

        return address is null ? throw new IOException($"the STUN server `{server}` is not found") : NetEndpoint.From(address, port);
    }

    private sealed class Exchange : IDatagramHandler
    {
        private readonly TaskCompletionSource<IPAddress> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Exchange()
        {
            BinaryPrimitives.WriteUInt16BigEndian(Request, BindingRequest);
            BinaryPrimitives.WriteUInt32BigEndian(Request.AsSpan(4), MagicCookie);
            RandomNumberGenerator.Fill(Request.AsSpan(8));
        }

        public byte[] Request { get; } = new byte[Header];

        public Task<IPAddress> Answer => _answer.Task;

        public void OnDatagram(IDatagramSocket socket, PacketBuffer datagram, in NetEndpoint source)
        {
            var bytes = datagram.Span;
            if (bytes.Length < Header || BinaryPrimitives.ReadUInt16BigEndian(bytes) != BindingSuccess || !bytes[4..Header].SequenceEqual(Request.AsSpan(4)))
                return;
            for (var rest = bytes[Header..]; rest.Length >= 4;)
            {
                var (type, length) = (BinaryPrimitives.ReadUInt16BigEndian(rest), BinaryPrimitives.ReadUInt16BigEndian(rest[2..]));
                if (length > rest.Length - 4)
                    return;
                if (type is XorMappedAddress or MappedAddress && Address(rest.Slice(4, length), type == XorMappedAddress) is { } found)
                {
                    _answer.TrySetResult(found);
                    return;
                }

                rest = rest[Math.Min(rest.Length, 4 + ((length + 3) & ~3))..];
            }
        }

        private IPAddress? Address(ReadOnlySpan<byte> value, bool xored)
        {
            var length = value.Length == 8 ? 4 : value.Length == 20 ? 16 : 0;
            if (length == 0)
                return null;
            Span<byte> address = stackalloc byte[length];
            value.Slice(4, length).CopyTo(address);
            // RFC 8489 §14.2: XORed with the cookie, and for IPv6 with the transaction id behind it.
            for (var i = 0; xored && i < length; i++)
                address[i] ^= Request[4 + i];
            return new IPAddress(address);
        }
    }
}
