using Parley.Speech.Activity;
using Parley.Speech.Realtime;
using Parley.Speech.Recognition;
using Parley.Speech.Synthesis;

namespace Parley.Speech.Vendors;

/// <summary>Vendors by name. Keys that the options leave out are taken from the environment: <c>DEEPGRAM_API_KEY</c>, <c>DASHSCOPE_API_KEY</c>, <c>OPENAI_API_KEY</c>, <c>TENCENT_APPID</c>, <c>TENCENT_SECRET_ID</c>, <c>TENCENT_SECRET_KEY</c>.</summary>
public sealed class SpeechProviders
{
    private readonly Dictionary<string, Func<RecognitionOptions, SpeechConnections, IRecogniser>> _recognisers = new(StringComparer.OrdinalIgnoreCase)
    {
        ["deepgram"] = static (options, connections) => new DeepgramRecogniser(options, connections),
        ["tencent"] = static (options, connections) => new TencentRecogniser(options, connections),
        ["aliyun"] = static (options, connections) => new AliyunRecogniser(options, connections),
        ["openai"] = static (options, connections) => new OpenAiRecogniser(options, connections),
        ["voiceapi"] = static (options, connections) => new VoiceApiRecogniser(options, connections),
    };

    private readonly Dictionary<string, Func<SynthesisOptions, SpeechConnections, ISynthesiser>> _synthesisers = new(StringComparer.OrdinalIgnoreCase)
    {
        ["espeak"] = static (options, _) => new EspeakSynthesiser(options),
        ["deepgram"] = static (options, connections) => new DeepgramSynthesiser(options, connections),
        ["tencent"] = static (options, connections) => new TencentSynthesiser(options, connections),
        ["aliyun"] = static (options, connections) => new AliyunSynthesiser(options, connections),
        ["openai"] = static (options, connections) => new OpenAiSynthesiser(options, connections),
        ["voiceapi"] = static (options, connections) => new VoiceApiSynthesiser(options, connections),
    };

    private readonly Dictionary<string, Func<VoiceActivityOptions, IVoiceActivityModel>> _detectors = new(StringComparer.OrdinalIgnoreCase);

    private readonly SpeechConnections _connections;
    private readonly SynthesisCache? _cache;
    private readonly Func<string, string?> _environment;

    /// <summary>Makes the table of the vendors Parley knows.</summary>
    /// <param name="connections">The process's connections.</param>
    /// <param name="cache">Where synthesised audio is kept; null for nowhere.</param>
    /// <param name="environment">Where missing keys come from; the process's environment when null.</param>
    public SpeechProviders(SpeechConnections connections, SynthesisCache? cache = null, Func<string, string?>? environment = null)
    {
        ArgumentNullException.ThrowIfNull(connections);
        _connections = connections;
        _cache = cache;
        _environment = environment ?? Environment.GetEnvironmentVariable;
    }

    /// <summary>The connections its vendors use.</summary>
    public SpeechConnections Connections => _connections;

    /// <summary>Names of the recognisers.</summary>
    public IReadOnlyCollection<string> Recognisers => _recognisers.Keys;

    /// <summary>Names of the synthesisers.</summary>
    public IReadOnlyCollection<string> Synthesisers => _synthesisers.Keys;

    /// <summary>Adds a recogniser of one's own, or replaces one. Before the table is used by calls.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="make">Makes it.</param>
    public void Register(string name, Func<RecognitionOptions, SpeechConnections, IRecogniser> make) => _recognisers[name] = make;

    /// <summary>Adds a synthesiser of one's own, or replaces one. Before the table is used by calls.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="make">Makes it.</param>
    public void Register(string name, Func<SynthesisOptions, SpeechConnections, ISynthesiser> make) => _synthesisers[name] = make;

    /// <summary>Adds a detector of voice activity, such as one with a model file, which <see cref="VoiceActivityOptions.Type"/> then can name; or replaces one of Parley's names. Before the table is used by calls.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="make">Makes it, for one stream.</param>
    public void Register(string name, Func<VoiceActivityOptions, IVoiceActivityModel> make) => _detectors[name] = make;

    /// <summary>Options of voice activity with the detector they name, made.</summary>
    /// <param name="options">Which and how.</param>
    /// <exception cref="ArgumentException">An option cannot be, or the detector cannot be made.</exception>
    public VoiceActivityOptions Detector(VoiceActivityOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var (make, asked) = (options.Model, options);
        if (make is null && _detectors.TryGetValue(asked.Type, out var own))
            (make, options) = (() => own(asked), options with { Type = VoiceActivityOptions.Types[0] });
        options.Validate();
        if (make is null) return options;
        try
        {
            var model = make();
            return options with { Model = () => model };
        }
        catch (Exception error) // boundary: a model is an application's
        {
            throw new ArgumentException($"The detector '{asked.Type}' cannot be made: {error.Message}", nameof(options), error);
        }
    }

    /// <summary>Makes a recogniser.</summary>
    /// <param name="options">Which and how.</param>
    /// <exception cref="ArgumentException">There is none of that name, or an option cannot be.</exception>
    public IRecogniser Recogniser(RecognitionOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (!_recognisers.TryGetValue(options.Provider, out var make))
            throw new ArgumentException($"There is no recogniser '{options.Provider}'; there are {string.Join(", ", _recognisers.Keys)}.", nameof(options));
        var (app, id, key) = Keys(options.Provider, options.AppId, options.SecretId, options.SecretKey, options.Endpoint);
        return make(options with { AppId = app, SecretId = id, SecretKey = key }, options.Connections ?? _connections);
    }

    /// <summary>Makes a synthesiser, with the cache before it.</summary>
    /// <param name="options">Which and how.</param>
    /// <exception cref="ArgumentException">There is none of that name, or an option cannot be.</exception>
    public ISynthesiser Synthesiser(SynthesisOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        if (!_synthesisers.TryGetValue(options.Provider, out var make))
            throw new ArgumentException($"There is no synthesiser '{options.Provider}'; there are {string.Join(", ", _synthesisers.Keys)}.", nameof(options));
        var (app, id, key) = Keys(options.Provider, options.AppId, options.SecretId, options.SecretKey, options.Endpoint);
        options = options with { AppId = app, SecretId = id, SecretKey = key };
        var synthesiser = make(options, options.Connections ?? _connections);
        return _cache is null ? synthesiser : new CachedSynthesiser(synthesiser, options, _cache);
    }

    /// <summary>Options of a realtime model with the key that is missing.</summary>
    /// <param name="options">Which and how.</param>
    public RealtimeOptions Realtime(RealtimeOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return options with { Key = Keys(options.Provider, null, null, options.Key, options.Endpoint).SecretKey };
    }

    /// <summary>Fills in what is missing; never for an endpoint of one's own, which must not get the vendor's key by mistake.</summary>
    private (string? AppId, string? SecretId, string? SecretKey) Keys(string provider, string? app, string? id, string? key, Uri? endpoint)
    {
        if (endpoint is not null) return (app, id, key);
        return provider.ToUpperInvariant() switch
        {
            "TENCENT" => (app ?? _environment("TENCENT_APPID"), id ?? _environment("TENCENT_SECRET_ID"), key ?? _environment("TENCENT_SECRET_KEY")),
            "DEEPGRAM" => (app, id, key ?? _environment("DEEPGRAM_API_KEY")),
            "ALIYUN" => (app, id, key ?? _environment("DASHSCOPE_API_KEY")),
            "OPENAI" => (app, id, key ?? _environment("OPENAI_API_KEY")),
            _ => (app, id, key),
        };
    }
}
