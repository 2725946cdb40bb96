using System.Text.Json;
using Parley.Contracts.Voice;
using Parley.Contracts.Voice.Options;
using Parley.Speech.Realtime;

namespace Parley.Server.Voice.Streaming;

/// <summary>Which realtime model leads a call.</summary>
internal static class RealtimePlan
{
    /// <summary>Reads the option; null when there cannot be any.</summary>
    public static RealtimeOptions? Of(RealtimeOption option, List<VoiceProblem> problems)
    {
        var defaults = new RealtimeOptions();
        var extra = new Dictionary<string, JsonElement>(option.Extra ?? new Dictionary<string, JsonElement>(), StringComparer.Ordinal);
        var provider = string.IsNullOrEmpty(option.Provider) ? defaults.Provider : option.Provider;
        var endpoint = option.Endpoint;
        // The name of a provider may be its address.
        if (provider.Contains("://", StringComparison.Ordinal))
            (endpoint, provider) = (string.IsNullOrEmpty(endpoint) ? provider : endpoint, "realtime");
        if (!string.IsNullOrEmpty(option.SecretId))
            problems.Add(new("option.realtime.secretId", "no realtime model has one; there is secretKey."));
        Uri? address = null;
        if (!string.IsNullOrEmpty(endpoint) && !Uri.TryCreate(endpoint, UriKind.Absolute, out address))
        {
            problems.Add(new("option.realtime.endpoint", "is no URL; there is no realtime model now."));
            return null;
        }

        var options = new RealtimeOptions
        {
            Provider = provider,
            Endpoint = address,
            Model = string.IsNullOrEmpty(option.Model) ? defaults.Model : option.Model,
            Key = option.SecretKey,
            Instructions = Text("instructions"),
            Voice = Text("voice"),
            Transcription = Text("transcription"),
            IsFirstVersion = Text("version") switch { "1" or "beta" => true, "2" or "ga" => false, _ => null },
            TurnDetection = option.TurnDetection ?? default,
            Tools = option.Tools ?? [],
        };
        try
        {
            options = options with { Extra = extra };
            options.Validate();
            return options;
        }
        catch (ArgumentException e)
        {
            problems.Add(new("option.realtime", e.Message));
            return null;
        }

        string? Text(string name)
        {
            if (!extra.Remove(name, out var value))
                return null;
            if (value.ValueKind == JsonValueKind.String)
                return value.GetString();
            problems.Add(new($"option.realtime.extra.{name}", "must be a text."));
            return null;
        }
    }
}
