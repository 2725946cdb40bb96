using System.ComponentModel;

namespace Parley.Contracts.Commands;

/// <summary>What every command takes. On the wire names are snake_case; camelCase is accepted too (<c>callid_a</c>, <c>callidA</c>).</summary>
public abstract record CommandParameters
{
    /// <summary>Longest <see cref="CmdId"/>, in characters.</summary>
    public const int MaxCmdId = 128;

    /// <summary>
    /// The command's id, chosen by the client, 1–<see cref="MaxCmdId"/> characters. A request repeated with it, over this socket or another, does not begin anew: it joins the
    /// command that was begun and is told all of its events. Null for one chosen by the server.
    /// </summary>
    [Description("The command's id, 1 to 128 characters; a request repeated with the same id joins the command it has begun. Chosen by the server when absent.")]
    public string? CmdId { get; init; }
}
