using System.Runtime.CompilerServices;
using System.Text;
using Parley.Speech.Vendors;

namespace Parley.Speech.Synthesis;

/// <summary>
/// Any server with OpenAI's <c>/v1/audio/speech</c>: PCM at 24 kHz, streamed. One that answers with a sound file instead (WAV; MP3, Ogg, FLAC with libsndfile)
/// is heard once all of it has come. Model <c>tts-1</c> and voice <c>alloy</c> unless others are named.
/// </summary>
public sealed class OpenAiSynthesiser : SentenceSynthesiser
{
    private const int Rate = 24_000; // what response_format pcm is

    private readonly SynthesisOptions _options;
    private readonly SpeechConnections _connections;
    private readonly Uri _address;

    /// <summary>Makes it; connects to nobody yet.</summary>
    /// <param name="options">With a key or an endpoint (<c>http://host:port/v1</c>).</param>
    /// <param name="connections">The process's connections.</param>
    /// <exception cref="ArgumentException">There is neither, or another option cannot be.</exception>
    public OpenAiSynthesiser(SynthesisOptions options, SpeechConnections connections)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(connections);
        options.Validate();
        if (options.Endpoint is null && string.IsNullOrEmpty(options.SecretKey)) throw new ArgumentException("OpenAI needs its API key as SecretKey, or an Endpoint without one.", nameof(options));
        _options = options;
        _connections = connections;
        _address = OpenAi.Address(options.Endpoint, "audio/speech");
    }

    /// <inheritdoc/>
    public override string Name => "openai";

    private protected override async IAsyncEnumerable<SynthesisChunk> SpeakAsync(string text, string? speaker, [EnumeratorCancellation] CancellationToken cancel)
    {
        using var content = new StringContent(
            Json.Write(writer =>
            {
                writer.WriteString("model", _options.Model ?? "tts-1");
                writer.WriteString("input", text);
                writer.WriteString("voice", speaker ?? _options.Speaker ?? "alloy");
                writer.WriteString("response_format", "pcm");
                writer.WriteNumber("speed", _options.Speed);
                DashScope.WriteExtra(writer, _options.Extra);
            }),
            Encoding.UTF8,
            "application/json");
        using var response = await OpenAi.OpenAsync(Name, _address, content, _options.SecretKey, _connections, cancel).ConfigureAwait(false);
        if (response.Content.Headers.ContentType?.MediaType is { } type && (type.StartsWith("text/", StringComparison.Ordinal) || type == "application/json"))
            throw new SpeechVendorException(Name, VendorFailure.Protocol, $"the reply is {type}, not audio");
        await foreach (var chunk in HttpPcm.ReadAsync(Name, response, Rate, _connections, cancel).ConfigureAwait(false))
            yield return chunk;
    }
}
