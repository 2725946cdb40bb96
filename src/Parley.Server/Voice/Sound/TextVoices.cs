using System.Text.Json;
using Parley.Contracts.Voice;
using Parley.Contracts.Voice.Options;
using Parley.Server.Voice.Sessions;
using Parley.Speech.Synthesis;
using Parley.Speech.Vendors;

namespace Parley.Server.Voice.Sound;

/// <summary>Synthesisers of single texts whose options differ from the call's. Those used last are kept, since a text often comes in many pieces.</summary>
internal sealed class TextVoices(SpeechProviders providers, VendorAddresses addresses)
{
    private const int MaxKept = 8; // a program switches between a voice or two

    private readonly List<(string Key, ISynthesiser Voice)> _kept = [];

    /// <summary>The synthesiser of a text.</summary>
    /// <param name="call">The call's options; null for the defaults.</param>
    /// <param name="text">The text's; what it leaves out is the call's.</param>
    /// <param name="problems">Takes what cannot be honoured.</param>
    /// <returns>Null for the call's own.</returns>
    public ISynthesiser? Of(TtsOption? call, TtsOption? text, List<VoiceProblem> problems)
    {
        // Those have another way to the text, or none to its sound.
        var own = text is null ? null : text with { Speaker = null, WaitInputTimeout = null, MaxConcurrentTasks = null };
        if (own is null || own == new TtsOption())
            return null;
        var merged = Merge(call ?? new(), own);
        var key = JsonSerializer.Serialize(merged, VoiceJson.Default.TtsOption);
        if (_kept.FindIndex(one => one.Key == key) is >= 0 and var at)
            return _kept[at].Voice;
        try
        {
            if (ChainPlan.Synthesis(merged, own.Endpoint is null ? "option.tts" : "option", addresses, problems) is not { } options)
                return null;
            var voice = providers.Synthesiser(options);
            if (_kept.Count == MaxKept)
                _kept.RemoveAt(0);
            _kept.Add((key, voice));
            return voice;
        }
        catch (ArgumentException e)
        {
            problems.Add(new("option", $"{e.Message} The text is said as the call's others are."));
            return null;
        }
    }

    /// <summary>A text's options over the call's. Another provider gets nothing that is the first one's own: keys, address, voice, model.</summary>
    internal static TtsOption Merge(TtsOption call, TtsOption text)
    {
        if (text.Provider is { } provider && !provider.Equals(call.Provider ?? new SynthesisOptions().Provider, StringComparison.OrdinalIgnoreCase))
            call = new() { Samplerate = call.Samplerate, Speed = call.Speed, Volume = call.Volume, Codec = call.Codec, Subtitle = call.Subtitle, Language = call.Language, Emotion = call.Emotion };
        return new()
        {
            Samplerate = text.Samplerate ?? call.Samplerate,
            Provider = text.Provider ?? call.Provider,
            Speed = text.Speed ?? call.Speed,
            AppId = text.AppId ?? call.AppId,
            SecretId = text.SecretId ?? call.SecretId,
            SecretKey = text.SecretKey ?? call.SecretKey,
            Volume = text.Volume ?? call.Volume,
            Speaker = text.Speaker ?? call.Speaker,
            Codec = text.Codec ?? call.Codec,
            Subtitle = text.Subtitle ?? call.Subtitle,
            Model = text.Model ?? call.Model,
            Language = text.Language ?? call.Language,
            Emotion = text.Emotion ?? call.Emotion,
            Endpoint = text.Endpoint ?? call.Endpoint,
            Extra = text.Extra ?? call.Extra,
            SessionId = text.SessionId ?? call.SessionId,
        };
    }
}
