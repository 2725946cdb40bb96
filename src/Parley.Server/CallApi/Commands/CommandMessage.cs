using Parley.Contracts.Events;

namespace Parley.Server.CallApi.Commands;

/// <summary>What a command tells those who listen to it, before a dialect has made a notification of it.</summary>
internal abstract record CommandMessage
{
    /// <summary>Something happened.</summary>
    public sealed record Happened(Happening What, EventDetails Details) : CommandMessage;

    /// <summary>It failed. <see cref="Ended"/> follows.</summary>
    /// <param name="Code">A status of SIP.</param>
    /// <param name="Message">Why.</param>
    /// <param name="Text">The same as the later vocabulary words it.</param>
    public sealed record Failed(int Code, string Message, string Text) : CommandMessage;

    /// <summary>It is over.</summary>
    public sealed record Ended : CommandMessage
    {
        public static readonly Ended Instance = new();
    }
}
