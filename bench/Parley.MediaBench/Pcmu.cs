using System.Net;
using Parley.Media.Codecs;
using Parley.Media.Sdp;
using Parley.Media.Sdp.OfferAnswer;

namespace Parley.MediaBench;

internal static class Pcmu
{
    /// <summary>A plain PCMU stream to that address, or to whoever speaks first.</summary>
    public static NegotiatedAudio To(IPEndPoint? remote) => new()
    {
        Enabled = true,
        RemoteAddress = remote?.Address,
        RemotePort = remote?.Port ?? 0,
        SendPayloads = [new(0, AudioCodecs.Pcmu)],
        ReceivePayloads = [new(0, AudioCodecs.Pcmu)],
        Direction = MediaDirection.SendReceive,
    };
}
