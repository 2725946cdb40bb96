using System.Runtime.InteropServices;
using Parley.Media.Recording;

namespace Parley.Server.Voice.Streaming;

/// <summary>Both directions of a SIP call, copied to the socket: each frame has the index of its track in front of 16-bit little-endian PCM at 16 kHz. Never allocates after construction.</summary>
/// <param name="frames">Where frames go.</param>
/// <param name="isDeaf">Whether the other side is muted.</param>
/// <param name="onGap">Told, each second at most, how much the socket did not take in time.</param>
internal sealed class Subscription(AudioFrames frames, Func<bool> isDeaf, Action<string, TimeSpan> onGap) : IStereoSink
{
    private const int FrameSamples = 320;
    private const int FramesPerSecond = 50;

    private readonly short[] _silence = new short[FrameSamples];
    private int _sinceReport;

    public int SampleRate => 16_000;

    public void Write(ReadOnlySpan<short> left, ReadOnlySpan<short> right)
    {
        while (!left.IsEmpty)
        {
            var count = Math.Min(left.Length, FrameSamples);
            frames.Add(VoiceFrames.BotHeader, MemoryMarshal.AsBytes(right[..count]));
            frames.Add(VoiceFrames.RemoteHeader, MemoryMarshal.AsBytes(isDeaf() ? _silence.AsSpan(0, count) : left[..count]));
            left = left[count..];
            right = right[count..];
            if (++_sinceReport % FramesPerSecond == 0 && frames.TakeLost() is > 0 and var lost)
                onGap("slowReader", VoiceFrames.Length * lost);
        }
    }
}
