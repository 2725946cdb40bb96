using System.Text.Json;
using System.Text.Json.Nodes;
using Parley.Speech;

namespace Parley.Server.Voice.Sound;

/// <summary>What a <c>metrics</c> event tells besides its duration.</summary>
internal static class Figures
{
    /// <summary>The figures of a metric as JSON, by the names programs know; null when there are none.</summary>
    public static JsonElement? Of(SpeechMetric metric)
    {
        var data = new JsonObject();
        if (metric.PlayId is { } playId)
            data["playId"] = playId;
        if (metric.TextIndex is { } index)
            data["index"] = index;
        if (metric.Synthesis is { } text)
        {
            if (text.Speaker is { } speaker)
                data["speaker"] = speaker;
            data["cmdSeq"] = text.Number;
            data["length"] = text.Bytes;
            data["cached"] = text.Cached;
            data["ttfb"] = (long)text.FirstAudio.TotalMilliseconds;
        }

        return data.Count == 0 ? null : JsonElement.Parse(data.ToJsonString());
    }
}
