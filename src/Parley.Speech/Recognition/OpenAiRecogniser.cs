using System.Net.Http.Headers;
using System.Threading.Channels;
using Parley.Media.Files;
using Parley.Speech.Activity;
using Parley.Speech.Vendors;

namespace Parley.Speech.Recognition;

/// <summary>
/// Any server with OpenAI's <c>/v1/audio/transcriptions</c>. It knows no stream: each utterance that the voice activity detector finds is sent as a WAV when it has
/// ended, and gives one final text. Model <c>whisper-1</c> unless another is named.
/// </summary>
public sealed class OpenAiRecogniser : IRecogniser
{
    private readonly RecognitionOptions _options;
    private readonly SpeechConnections _connections;
    private readonly Uri _address;

    /// <summary>Makes it; connects to nobody yet.</summary>
    /// <param name="options">With a key or an endpoint (<c>http://host:port/v1</c>); extras are fields of the form.</param>
    /// <param name="connections">The process's connections.</param>
    /// <exception cref="ArgumentException">There is neither, or the rate cannot be.</exception>
    public OpenAiRecogniser(RecognitionOptions options, SpeechConnections connections)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(connections);
        if (options.SampleRate is not (8000 or 16000)) throw new ArgumentException($"SampleRate must be 8000 or 16000, not {options.SampleRate}.", nameof(options));
        if (options.Endpoint is null && string.IsNullOrEmpty(options.SecretKey)) throw new ArgumentException("OpenAI needs its API key as SecretKey, or an Endpoint without one.", nameof(options));
        _options = options;
        _connections = connections;
        _address = OpenAi.Address(options.Endpoint, "audio/transcriptions");
    }

    /// <inheritdoc/>
    public string Name => "openai";

    /// <inheritdoc/>
    public int SampleRate => _options.SampleRate;

    /// <inheritdoc/>
    public Task<IRecogniserConnection> ConnectAsync(CancellationToken cancel) => Task.FromResult<IRecogniserConnection>(new Connection(this));

    private async Task<RecogniserResult> TranscribeAsync(ReadOnlyMemory<short> pcm, TimeSpan start, CancellationToken cancel)
    {
        using var form = new MultipartFormDataContent();
        using var wav = new ByteArrayContent(Wav(pcm.Span, SampleRate));
        wav.Headers.ContentType = new MediaTypeHeaderValue("audio/wav");
        form.Add(wav, "file", "speech.wav");
        Add("model", _options.Model ?? "whisper-1");
        Add("response_format", "json");
        if (_options.Language is { } language) Add("language", language.Split('-')[0]); // ISO 639-1
        foreach (var (name, value) in _options.Extra) Add(name, value);
        var reply = await OpenAi.PostAsync(Name, _address, form, _options.SecretKey, _connections, cancel).ConfigureAwait(false);
        using var document = Json.Parse(Name, reply);
        var text = document.RootElement.At("text").Text() ?? throw new SpeechVendorException(Name, VendorFailure.Protocol, "the reply has no text");
        return new(text.Trim(), IsFinal: true, start, start + TimeSpan.FromSeconds((double)pcm.Length / SampleRate));

        void Add(string name, string value)
        {
#pragma warning disable CA2000 // the form owns and disposes of its parts
            form.Add(new StringContent(value), name);
#pragma warning restore CA2000
        }
    }

    private static byte[] Wav(ReadOnlySpan<short> pcm, int sampleRate)
    {
        using var bytes = new MemoryStream();
        using (var writer = new WavWriter(bytes, sampleRate, channels: 1, leaveOpen: true))
            writer.Write(pcm);
        return bytes.ToArray();
    }

    /// <summary>Cuts one call's audio into utterances. One request at a time, so that texts come in the order of the speech.</summary>
    private sealed class Connection(OpenAiRecogniser recogniser) : IRecogniserConnection
    {
        private const int MaxWaiting = 8; // utterances while one is recognised; the oldest are lost, as nobody answers them any more
        private const double LongestSeconds = 60; // of an utterance whose end is not told
        private const double LeadSeconds = 1; // kept while nobody speaks: speech is told of only after its padding

        private readonly Channel<(short[] Pcm, TimeSpan Start)> _utterances =
            Channel.CreateBounded<(short[], TimeSpan)>(new BoundedChannelOptions(MaxWaiting) { FullMode = BoundedChannelFullMode.DropOldest });

        private readonly List<short> _audio = [];
        private long _first; // number of _audio's first sample
        private bool _speaking;

        public ValueTask SendAsync(ReadOnlyMemory<short> pcm, CancellationToken cancel)
        {
            _audio.AddRange(pcm.Span);
            if (!_speaking) Trim((int)(recogniser.SampleRate * LeadSeconds));
            else if (_audio.Count >= recogniser.SampleRate * LongestSeconds) Finish();
            return default;
        }

        public ValueTask HeardAsync(VoiceActivityChange change, CancellationToken cancel)
        {
            if (change.Kind == VoiceActivityKind.SpeechStarted)
            {
                _speaking = true;
                Trim(Math.Min(_audio.Count, (int)((change.Duration.TotalSeconds + 0.3) * recogniser.SampleRate)));
            }
            else if (change.Kind == VoiceActivityKind.SpeechEnded && _speaking)
            {
                _speaking = false;
                Finish();
            }

            return default;
        }

        public async ValueTask<RecogniserResult> ReceiveAsync(CancellationToken cancel)
        {
            var (pcm, start) = await _utterances.Reader.ReadAsync(cancel).ConfigureAwait(false);
            return await recogniser.TranscribeAsync(pcm, start, cancel).ConfigureAwait(false);
        }

        public ValueTask DisposeAsync() => default;

        private void Finish()
        {
            _utterances.Writer.TryWrite(([.. _audio], TimeSpan.FromSeconds((double)_first / recogniser.SampleRate)));
            Trim(0);
        }

        private void Trim(int keep)
        {
            var drop = _audio.Count - keep;
            if (drop <= 0) return;
            _audio.RemoveRange(0, drop);
            _first += drop;
        }
    }
}
