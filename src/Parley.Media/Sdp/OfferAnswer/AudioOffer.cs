using Parley.Media.Codecs;
using Parley.Media.Srtp;

namespace Parley.Media.Sdp.OfferAnswer;

/// <summary>Makes offers with one audio stream (RFC 3264 §5, §8).</summary>
public static class AudioOffer
{
    private const byte UsualTelephoneEvent = 101;
    private const byte FirstDynamic = 96;

    // A line has 80 to 100 bytes, and an INVITE of more than 1,300 leaves by TCP (RFC 3261 §18.1.1), which not everybody is reached by.
    private const int MaxKeys = 3;

    /// <summary>The first offer of a session.</summary>
    /// <param name="local">One's own side.</param>
    /// <exception cref="ArgumentException"><paramref name="local"/> has no codec, or more than there are payload types.</exception>
    public static SessionDescription Create(LocalAudio local)
    {
        ArgumentNullException.ThrowIfNull(local);
        return AudioSection.Session(local, [Section(local)], SessionDescription.Always);
    }

    /// <summary>
    /// A further offer in the same session: audio keeps its place and every other stream of the last description stays refused
    /// in its own (RFC 3264 §8).
    /// </summary>
    /// <param name="local">One's own side, after <see cref="LocalAudio.Next(NegotiatedAudio?)"/>.</param>
    /// <param name="previous">The description this side sent last, offer or answer.</param>
    /// <exception cref="ArgumentException"><paramref name="local"/> has no codec, or more than there are payload types.</exception>
    public static SessionDescription Create(LocalAudio local, SessionDescription previous)
    {
        ArgumentNullException.ThrowIfNull(local);
        ArgumentNullException.ThrowIfNull(previous);
        var media = previous.Media.Select(AudioSection.Refuse).ToList();
        var place = PlaceOfAudio(previous.Media);
        if (place < 0) media.Add(Section(local));
        else media[place] = Section(local) with { Protocol = previous.Media[place].Protocol };
        return AudioSection.Session(local, media, previous.Times);
    }

    private static int PlaceOfAudio(IReadOnlyList<MediaDescription> media)
    {
        var found = -1;
        for (var i = media.Count - 1; i >= 0; i--)
        {
            if (!media[i].Media.Equals("audio", StringComparison.OrdinalIgnoreCase)) continue;
            // The live stream; failing that the first audio line, whose place may be used again (RFC 3264 §8.1).
            if (found < 0 || media[i].Port != 0 || media[found].Port == 0) found = i;
        }
        return found;
    }

    private static MediaDescription Section(LocalAudio local)
    {
        var used = UInt128.Zero; // a bit for each payload type
        foreach (var mapping in local.PayloadTypes) used |= UInt128.One << mapping.PayloadType;
        foreach (var mapping in local.TelephoneEventPayloadTypes) used |= UInt128.One << mapping.PayloadType;
        if (local.TelephoneEvents) used |= UInt128.One << UsualTelephoneEvent;
        var payloads = new List<PayloadMapping>(local.Codecs.Count);
        for (var i = 0; i < local.Codecs.Count; i++)
            if (local.Codecs[i] is { Unavailable: null } codec) payloads.Add(new(NumberOf(codec, local, ref used), codec));
        if (payloads.Count == 0) throw new ArgumentException(NoCodec(local), nameof(local));
        var events = local.TelephoneEvents ? Events(local, payloads, ref used) : [];
        // A plain stream with keys is what a side offers that would like to encrypt and can do without; RTP/SAVP says that it cannot (RFC 4568 §5).
        return AudioSection.Write(
            local, local.Encryption == MediaEncryption.Required ? "RTP/SAVP" : "RTP/AVP", payloads, events, local.Direction, local.PacketMilliseconds, local.RtcpMux, Crypto(local));
    }

    /// <summary>The keys as they are offered, numbered in their order.</summary>
    internal static IReadOnlyList<CryptoLine> Crypto(LocalAudio local) =>
        local.Encryption == MediaEncryption.None ? [] : [.. local.Keys.Take(MaxKeys).Select((key, at) => new CryptoLine(at + 1, key))];

    private static byte NumberOf(AudioCodec codec, LocalAudio local, ref UInt128 used)
    {
        foreach (var pinned in local.PayloadTypes)
            if (SameCodec(pinned.Codec, codec)) return pinned.PayloadType;
        return codec.StaticPayloadType ?? NextDynamic(local, ref used);
    }

    private static string NoCodec(LocalAudio local) =>
        local.Codecs.Count == 0 ? "At least one codec is needed for an offer." : $"None of the codecs can be used: {local.Codecs[0].Name}: {local.Codecs[0].Unavailable}.";

    /// <summary>
    /// One telephone-event format per clock rate among the codecs (RFC 4733 §2.1: events share the audio's timestamps), and that of 8 kHz for phones that know no
    /// other, whatever the codec.
    /// </summary>
    private static List<TelephoneEventMapping> Events(LocalAudio local, List<PayloadMapping> payloads, ref UInt128 used)
    {
        var events = new List<TelephoneEventMapping>(2);
        for (var i = 0; i <= payloads.Count; i++)
        {
            var clock = i < payloads.Count ? payloads[i].Codec.ClockRate : RemoteStream.UsualEventClock;
            if (RemoteStream.HasClock(events, clock)) continue;
            var number = Pinned(local, clock) ?? (events.Count == 0 && Free(local, UsualTelephoneEvent) ? UsualTelephoneEvent : NextDynamic(local, ref used));
            events.Add(new(number, clock));
        }
        return events;
    }

    private static byte? Pinned(LocalAudio local, int clock)
    {
        foreach (var mapping in local.TelephoneEventPayloadTypes)
            if (mapping.ClockRate == clock) return mapping.PayloadType;
        return null;
    }

    private static bool Free(LocalAudio local, byte number) =>
        local.PayloadTypes.All(p => p.PayloadType != number) && local.TelephoneEventPayloadTypes.All(e => e.PayloadType != number);

    private static byte NextDynamic(LocalAudio local, ref UInt128 used)
    {
        for (var number = FirstDynamic; number <= 127; number++)
        {
            if ((used & (UInt128.One << number)) != UInt128.Zero) continue;
            used |= UInt128.One << number;
            return number;
        }
        throw new ArgumentException("There are more codecs than dynamic payload types (96 to 127).", nameof(local));
    }

    internal static bool SameCodec(AudioCodec a, AudioCodec b) =>
        a.ClockRate == b.ClockRate && a.RtpChannels == b.RtpChannels && a.Name.Equals(b.Name, StringComparison.OrdinalIgnoreCase);
}
