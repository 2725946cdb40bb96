using Parley.Media.Codecs;
using Parley.Media.Sdp.OfferAnswer;

namespace Parley.Media.Engine;

/// <summary>What was negotiated, with what follows from it for sending.</summary>
internal sealed class StreamFormat
{
    private StreamFormat(NegotiatedAudio audio, AudioCodec codec)
    {
        Audio = audio;
        Codec = codec;
        Parameters = audio.SendPayloads[0].Parameters;
        Period = MediaClock.Period(codec.PacketMilliseconds(audio.PacketMilliseconds, Parameters));
        FrameSamples = codec.SampleRate * Period / 1000;
        TimestampStep = (uint)(codec.ClockRate * Period / 1000);
        EventClock = audio.TelephoneEventClockRate ?? codec.ClockRate;
        EventStep = (uint)(EventClock * Period / 1000);
    }

    public NegotiatedAudio Audio { get; }

    /// <summary>Codec to send.</summary>
    public AudioCodec Codec { get; }

    /// <summary>How the far end wants the codec; null where it does not say.</summary>
    public string? Parameters { get; }

    /// <summary>Milliseconds per packet.</summary>
    public int Period { get; }

    /// <summary>PCM samples per packet.</summary>
    public int FrameSamples { get; }

    /// <summary>RTP clock units per packet.</summary>
    public uint TimestampStep { get; }

    /// <summary>What durations of telephone events sent count in, per second.</summary>
    public int EventClock { get; }

    /// <summary>Units of it per packet.</summary>
    public uint EventStep { get; }

    /// <summary>Null for a stream that is switched off.</summary>
    /// <exception cref="ArgumentException">The codec has more than one channel, or cannot be used on this machine.</exception>
    public static StreamFormat? From(NegotiatedAudio audio)
    {
        if (!audio.Enabled || audio.Codec is not { } codec)
            return null;
        for (var i = 0; i < audio.ReceivePayloads.Count; i++)
            Require(audio.ReceivePayloads[i].Codec);
        Require(codec);
        return new(audio, codec);
    }

    /// <summary>Same codec as RTP sees it, whatever its number (RFC 3264 §5.1).</summary>
    public static bool Same(AudioCodec left, AudioCodec right) =>
        left.ClockRate == right.ClockRate && left.RtpChannels == right.RtpChannels && left.Name.Equals(right.Name, StringComparison.OrdinalIgnoreCase);

    /// <summary>Payload type the far end wants this codec with, or null when it does not want it.</summary>
    public byte? PayloadTypeOf(AudioCodec codec)
    {
        for (var i = 0; i < Audio.SendPayloads.Count; i++)
        {
            if (Same(Audio.SendPayloads[i].Codec, codec))
                return Audio.SendPayloads[i].PayloadType;
        }

        return null;
    }

    private static void Require(AudioCodec codec)
    {
        if (codec.Unavailable is not null)
            AudioCodecs.RequireUsable([codec], nameof(codec));
        if (codec.Channels != 1)
            throw new ArgumentException($"{codec.Name} with {codec.Channels} channels was negotiated; streams are mono.", nameof(codec));
    }
}
