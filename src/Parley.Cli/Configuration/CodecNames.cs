using System.CommandLine;
using Parley.Cli.Terminal;
using Parley.Media.Codecs;

namespace Parley.Cli.Configuration;

/// <summary>Codecs as people write them, best first.</summary>
internal static class CodecNames
{
    public static Option<string[]> Option(string does) => new("--codec")
    {
        HelpName = "NAME", Description = $"{does}: PCMU, PCMA, G722, L16 or opus; may be repeated, best first [default: PCMU, PCMA, G722]",
    };

    /// <summary>The codecs named; the default for none.</summary>
    /// <param name="names">Their names.</param>
    /// <param name="where">The option or key they stand in, for the message.</param>
    /// <exception cref="CommandException">One does not exist, or cannot be used on this machine.</exception>
    public static IReadOnlyList<AudioCodec> Parse(IReadOnlyList<string>? names, string where)
    {
        return names is { Count: > 0 } ? [.. names.Select(Find)] : AudioCodecs.Default;

        AudioCodec Find(string name) => AudioCodecs.TryFind(name, out var codec, out var problem) ? codec : throw CommandException.Usage($"{where}: {problem}");
    }
}
