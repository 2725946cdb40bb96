using Parley.Media.Audio;
using Parley.Media.Codecs;
using Parley.Media.Engine;
using Parley.Media.Files;
using Parley.Media.Playback;
using Parley.Media.Recording;
using Parley.Media.Rtp;
using Parley.Media.Srtp;

namespace Parley;

/// <content>Audio in the call. Nothing is read, decoded or kept unless one of these is asked for it.</content>
public abstract partial class Call
{
    /// <summary>True once audio can flow: answered, or early media.</summary>
    public bool HasAudio => AudioSession.IsOpen;

    /// <summary>The codec agreed on; null before, and while the audio is switched off.</summary>
    public AudioCodec? Codec => AudioSession.Agreed?.Codec;

    /// <summary>What this side described last (SDP), offer or answer, keys included where the audio is encrypted; null before it has said anything.</summary>
    public string? LocalDescription => AudioSession.Sent is { } sdp ? System.Text.Encoding.UTF8.GetString(sdp.Span) : null;

    /// <summary>What the other side described last (SDP), keys included where the audio is encrypted; null before anything of it was taken.</summary>
    public string? RemoteDescription => AudioSession.Received is { } sdp ? System.Text.Encoding.UTF8.GetString(sdp) : null;

    /// <summary>How the audio is encrypted; null when it is not.</summary>
    public SrtpSuite? CryptoSuite => AudioSession.Agreed?.Srtp?.Suite;

    /// <summary>
    /// The stream below, for those who work at that level. An outgoing call has it, with its port, from the moment it is built; an incoming one once it
    /// is answered or has early media. It carries nothing before <see cref="HasAudio"/>.
    /// </summary>
    /// <exception cref="CallMediaException">There is no stream yet.</exception>
    /// <exception cref="CallEndedException">The call is over.</exception>
    public AudioStream Audio
    {
        get
        {
            ThrowIfEnded();
            return AudioSession.Stream ?? throw CallMediaException.NotOpen();
        }
    }

    /// <summary>Plays an audio file, or one behind an http or https URL, to its end: WAV, and where the system has libsndfile MP3, Ogg, Opus, FLAC (see <see cref="AudioFile"/>).</summary>
    /// <param name="file">
    /// A path or a URL of the program's own; a file is read once and kept, a WAV behind a URL is streamed, anything else there taken in first. What others name is opened
    /// by <see cref="NamedSounds"/>, which judges it.
    /// </param>
    /// <param name="options">Gain, start muted or paused.</param>
    /// <param name="cancel">Stops playing.</param>
    /// <returns>How it ended: finished, or cut by the end of the call.</returns>
    /// <exception cref="AudioFormatException">It is no audio that can be played here; the message says what it is.</exception>
    /// <exception cref="IOException">It cannot be read; for a URL an <see cref="HttpAudioException"/> with the status.</exception>
    /// <exception cref="CallMediaException">There is no audio yet.</exception>
    public async Task<PlaybackResult> PlayAsync(string file, PlaybackOptions? options = null, CancellationToken cancel = default)
    {
        var playback = await StartPlaybackAsync(file, options, cancel).ConfigureAwait(false);
        return await FinishAsync(playback, cancel).ConfigureAwait(false);
    }

    /// <summary>Plays a stream to its end: a WAV as it comes in, e.g. from a synthesiser's pipe, other formats once they are there or from a stream that can seek.</summary>
    /// <inheritdoc cref="PlayAsync(string, PlaybackOptions?, CancellationToken)"/>
    public async Task<PlaybackResult> PlayAsync(Stream audio, PlaybackOptions? options = null, CancellationToken cancel = default)
    {
        OpenAudio();
        var source = await AudioFileSource.OpenAsync(audio, cancellationToken: cancel).ConfigureAwait(false);
        return await PlayAsync(source, options, cancel).ConfigureAwait(false);
    }

    /// <summary>Plays a source, e.g. a <see cref="ToneSource"/>, to its end.</summary>
    /// <inheritdoc cref="PlayAsync(string, PlaybackOptions?, CancellationToken)"/>
    public Task<PlaybackResult> PlayAsync(IAudioSource source, PlaybackOptions? options = null, CancellationToken cancel = default) =>
        FinishAsync(StartPlayback(source, options), cancel);

    /// <summary>Starts playing an audio file or URL and returns the handle that mutes, pauses and stops it.</summary>
    /// <inheritdoc cref="PlayAsync(string, PlaybackOptions?, CancellationToken)"/>
    public async Task<AudioPlayback> StartPlaybackAsync(string file, PlaybackOptions? options = null, CancellationToken cancel = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(file);
        OpenAudio();
        if (Uri.TryCreate(file, UriKind.Absolute, out var uri) && (uri.Scheme == Uri.UriSchemeHttp || uri.Scheme == Uri.UriSchemeHttps))
        {
            var stream = await HttpAudio.OpenAsync(uri, Agent.Http, cancellationToken: cancel).ConfigureAwait(false);
            return StartPlayback(stream, options);
        }

        var clip = await Agent.Clips.GetAsync(file, cancel).ConfigureAwait(false);
        return StartPlayback(new AudioClipSource(clip, Codec?.SampleRate ?? clip.SampleRate), options);
    }

    /// <summary>Starts playing a source and returns the handle that mutes, pauses and stops it. Several playbacks are heard together.</summary>
    /// <exception cref="CallMediaException">There is no audio yet.</exception>
    /// <exception cref="CallEndedException">The call is over.</exception>
    public AudioPlayback StartPlayback(IAudioSource source, PlaybackOptions? options = null) => OpenAudio().Play(source, options);

    /// <summary>
    /// Records the call to a 16-bit WAV file: left what the other side says, right what we send. The file can be played at any moment,
    /// also when the process dies; disposing the result flushes it.
    /// </summary>
    /// <param name="file">Path; a file that is there is replaced.</param>
    /// <param name="options">Sample rate, layout; default stereo at the codec's rate.</param>
    /// <exception cref="IOException">The file cannot be created.</exception>
    /// <exception cref="CallMediaException">There is no audio yet.</exception>
    public CallRecording Record(string file, WavRecorderOptions? options = null) => CallRecording.Start(OpenAudio(), file, options);

    /// <summary>Sends back what is heard until the call ends or <paramref name="cancel"/> fires.</summary>
    /// <exception cref="CallMediaException">There is no audio yet.</exception>
    public async Task EchoAsync(CancellationToken cancel = default)
    {
        using (OpenAudio().Echo())
            await WaitForEndAsync(cancel).ConfigureAwait(false);
    }

    /// <summary>The digits the other side presses, by telephone-event (RFC 4733) or INFO, in order, including those already waiting; ends with the call.</summary>
    /// <exception cref="CallMediaException">There is no audio yet.</exception>
    public IAsyncEnumerable<DtmfDigit> Digits(CancellationToken cancel = default) => OpenAudio().Digits(cancel);

    /// <summary>Sends digits by telephone-event (RFC 4733), or as tones where the peer did not agree to those, and waits until the last is out.</summary>
    /// <exception cref="ArgumentException">A character is no DTMF digit.</exception>
    /// <exception cref="CallMediaException">There is no audio yet.</exception>
    /// <exception cref="CallEndedException">The call ended before the last digit was out.</exception>
    public async Task SendDigitsAsync(string digits, DtmfOptions? options = null, CancellationToken cancel = default)
    {
        try
        {
            await OpenAudio().SendDigitsAsync(digits, options, cancel).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested && End is { } end)
        {
            throw new CallEndedException(end);
        }
    }

    /// <summary>What the other side says, as PCM to be read. Nothing is decoded before it is opened or after it is disposed.</summary>
    /// <exception cref="CallMediaException">There is no audio yet.</exception>
    public AudioReader OpenReader(AudioReaderOptions? options = null) => OpenAudio().OpenReader(options);

    /// <summary>A queue of PCM to be said at the pace of the media clock.</summary>
    /// <exception cref="CallMediaException">There is no audio yet.</exception>
    public AudioWriter OpenWriter(AudioWriterOptions? options = null) => OpenAudio().OpenWriter(options);

    /// <summary>What the other side says, as the codec's RTP payloads, not decoded.</summary>
    /// <exception cref="CallMediaException">There is no audio yet.</exception>
    public EncodedReader OpenEncodedReader() => OpenAudio().OpenEncodedReader();

    /// <summary>A queue of ready payloads of the codec, one packet each.</summary>
    /// <exception cref="CallMediaException">There is no audio yet.</exception>
    public EncodedWriter OpenEncodedWriter() => OpenAudio().OpenEncodedWriter();

    /// <summary>Joins this call with another and waits until either ends; the other one then stays as it is.</summary>
    /// <inheritdoc cref="Bridge.Connect"/>
    public async Task BridgeAsync(Call other, BridgeOptions? options = null, CancellationToken cancel = default)
    {
        var bridge = Bridge.Connect(this, other, options);
        await using (bridge.ConfigureAwait(false))
            await bridge.WaitAsync(cancel).ConfigureAwait(false);
    }

    internal AudioStream OpenAudio()
    {
        ThrowIfEnded();
        return AudioSession.IsOpen
            ? AudioSession.Stream!
            : throw CallMediaException.NotOpen();
    }

    private static async Task<PlaybackResult> FinishAsync(AudioPlayback playback, CancellationToken cancel)
    {
        await using (cancel.UnsafeRegister(static p => ((AudioPlayback)p!).Stop(), playback).ConfigureAwait(false))
        {
            var result = await playback.Completion.ConfigureAwait(false);
            cancel.ThrowIfCancellationRequested();
            return result.Error is { } error ? throw error : result;
        }
    }
}
