using System.Net;
using System.Net.Sockets;

namespace Parley.Interop.Tests.Harness;

/// <summary>
/// Hands out loopback ports nobody else was given: below Linux's ephemeral range (32768 on), so that no outgoing
/// connection takes one between its being found and its being used.
/// </summary>
internal static class Ports
{
    private const int First = 21_000, Last = 31_900;
    private static readonly Lock Gate = new();
    private static int _next = First + Random.Shared.Next((Last - First) / 2);

    /// <summary>The first of <paramref name="count"/> neighbouring ports free on UDP and TCP; always even, as RTP wants it.</summary>
    public static int Take(int count = 2)
    {
        lock (Gate)
        {
            for (var tries = 0; tries < Last - First; tries++)
            {
                if (_next + count > Last)
                    _next = First;
                var first = _next += _next & 1;
                _next += count;
                if (Enumerable.Range(first, count).All(IsFree))
                    return first;
            }
        }
        throw new InvalidOperationException($"No {count} neighbouring free ports between {First} and {Last}.");
    }

    private static bool IsFree(int port)
    {
        try
        {
            using var udp = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            udp.Bind(new IPEndPoint(IPAddress.Any, port));
            using var tcp = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            tcp.Bind(new IPEndPoint(IPAddress.Any, port));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
