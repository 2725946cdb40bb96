using Parley.Contracts.Voice;
using Parley.Contracts.Voice.Options;

namespace Parley.Server.Voice.Sessions;

/// <summary>Options of speech that a vendor has no counterpart of: they are named, and the rest counts.</summary>
internal static class VendorGaps
{
    // Keys and addresses are not among them: programs set them for all vendors alike.
    private static readonly Dictionary<string, string[]> Voices = new(StringComparer.OrdinalIgnoreCase)
    {
        ["espeak"] = ["model", "emotion", "extra"],
        ["deepgram"] = ["language", "emotion", "speed", "volume"],
        ["aliyun"] = ["language", "emotion"],
        ["openai"] = ["language", "emotion", "volume"],
        ["tencent"] = ["model", "language"],
        ["voiceapi"] = ["model", "language", "emotion", "volume"],
    };

    private static readonly Dictionary<string, string[]> Ears = new(StringComparer.OrdinalIgnoreCase) { ["voiceapi"] = ["model", "language"] };

    /// <summary>Names those of a synthesiser.</summary>
    /// <param name="provider">Which one.</param>
    /// <param name="tts">What is asked of it.</param>
    /// <param name="owner">Whose options they are.</param>
    /// <param name="problems">Takes them.</param>
    public static void Name(string provider, TtsOption tts, string owner, List<VoiceProblem> problems) => Name(Voices, provider, owner, problems, name => name switch
    {
        "model" => tts.Model is { Length: > 0 },
        "language" => tts.Language is { Length: > 0 },
        "emotion" => tts.Emotion is { Length: > 0 },
        "speed" => tts.Speed is not (null or 0 or 1),
        "volume" => tts.Volume is not (null or 0 or 5),
        _ => tts.Extra is { Count: > 0 },
    });

    /// <summary>Names those of a recogniser.</summary>
    /// <param name="provider">Which one.</param>
    /// <param name="asr">What is asked of it.</param>
    /// <param name="problems">Takes them.</param>
    public static void Name(string provider, AsrOption asr, List<VoiceProblem> problems) => Name(Ears, provider, "option.asr", problems, name => name switch
    {
        "model" => asr.Model is { Length: > 0 } || asr.ModelType is { Length: > 0 },
        _ => asr.Language is { Length: > 0 },
    });

    private static void Name(Dictionary<string, string[]> gaps, string provider, string owner, List<VoiceProblem> problems, Func<string, bool> isGiven)
    {
        foreach (var name in gaps.GetValueOrDefault(provider, []).Where(isGiven))
            problems.Add(new($"{owner}.{name}", $"{provider} has nothing of the kind; it has no effect."));
    }
}
