using System.Net;
using Parley.Media.Sdp;
using Parley.Media.Sdp.OfferAnswer;

namespace Parley.Media.Tests.Sdp;

/// <summary>The two sides of these tests: this one, and a peer that describes its media as a test says.</summary>
internal static class SdpPeer
{
    /// <summary>This side; its codecs are those of the defaults.</summary>
    public static LocalAudio Us { get; } = new() { Address = IPAddress.Parse("192.0.2.1"), Port = 5000, SessionId = 77 };

    /// <summary>What the peer at 192.0.2.9 describes.</summary>
    /// <param name="media">Its lines from the first <c>m=</c> on, each with its end.</param>
    /// <param name="time">Its <c>t=</c> line.</param>
    public static SessionDescription Says(string media, string time = "t=0 0") =>
        SdpTestText.Parse($"v=0\r\no=peer 9 9 IN IP4 192.0.2.9\r\ns=-\r\nc=IN IP4 192.0.2.9\r\n{time}\r\n{media}");

    /// <summary>What this side answers to that.</summary>
    public static OfferAnswerResult Answered(this LocalAudio us, string media) => AudioAnswer.Create(Says(media), us);
}
