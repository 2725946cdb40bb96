using Parley.Media.Audio;
using Parley.Media.Engine;
using Parley.Media.Files;
using Parley.Media.Playback;
using Parley.Media.Recording;
using Parley.Media.Rtp;

namespace Parley.Server.Voice.Streaming;

/// <summary>The audio of a SIP call.</summary>
internal sealed class CallLine : IVoiceLine
{
    private readonly Call _call;
    private readonly AudioStream _stream;

    private CallLine(Call call, AudioStream stream) => (_call, _stream) = (call, stream);

    /// <inheritdoc/>
    public int SampleRate => _call.Codec?.SampleRate ?? 8000;

    /// <inheritdoc/>
    public long Received => _stream.GetStatistics().PacketsReceived;

    /// <summary>The other side's source (RFC 3550 §5.1); null while nothing has come.</summary>
    public uint? RemoteSsrc => _stream.RemoteSsrc;

    /// <summary>The audio of a call; null while it has none, or no more.</summary>
    public static CallLine? TryOpen(Call? call)
    {
        if (call is not { HasAudio: true })
            return null;
        try
        {
            return new(call, call.Audio);
        }
        catch (CallEndedException)
        {
            return null; // its end is on the way
        }
    }

    /// <inheritdoc/>
    public ILinePlayback Play(IAudioSource source) => new Playback(_stream.Play(source));

    /// <inheritdoc/>
    public IDisposable Listen(IAudioSink sink) => _stream.Listen(sink);

    /// <inheritdoc/>
    public IDisposable WatchDigits(Action<DtmfDigit> pressed) => _stream.WatchDigits(pressed);

    /// <inheritdoc/>
    public IAsyncDisposable Record(WavRecorder recorder) => _stream.Record(recorder);

    /// <summary>Copies both directions to a sink until the result is disposed of: left what is heard, right what is said.</summary>
    public IAsyncDisposable Copy(IStereoSink sink) => _stream.Record(sink, leaveOpen: true);

    /// <inheritdoc/>
    public Task SendDigitsAsync(string digits, DtmfOptions? options, CancellationToken cancel) => _call.SendDigitsAsync(digits, options, cancel);

    private sealed class Playback(AudioPlayback playback) : ILinePlayback
    {
        public void Mute() => playback.Mute();

        public void Unmute() => playback.Unmute();
    }
}
