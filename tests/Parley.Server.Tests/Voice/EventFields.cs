using System.Text.Json;

namespace Parley.Server.Tests.Voice;

/// <summary>Members of events, and of what else is JSON here, as tests read them.</summary>
internal static class EventFields
{
    public static string Text(this JsonElement one, string name) => one.GetProperty(name).GetString()!;

    public static int Number(this JsonElement one, string name) => one.GetProperty(name).GetInt32();

    /// <summary>Whether it is of the other party's call.</summary>
    public static bool IsRefer(this JsonElement happened) => happened.TryGetProperty("refer", out var refer) && refer.GetBoolean();
}
