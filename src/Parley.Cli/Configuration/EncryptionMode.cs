using System.CommandLine;
using Parley.Cli.Terminal;
using Parley.Media.Srtp;

namespace Parley.Cli.Configuration;

/// <summary>Whether audio is encrypted, as people write it: <c>off</c>, <c>optional</c>, <c>required</c>.</summary>
internal static class EncryptionMode
{
    public static Option<string?> Option() => new("--srtp")
    {
        HelpName = "MODE",
        Description = "Encrypt audio (SRTP, keys in the SDP): optional, where the other side can; required, or there is no call [default: off]",
        Validators =
        {
            static result =>
            {
                if (result.Tokens.Count > 0 && Find(result.Tokens[^1].Value) is null)
                    result.AddError($"--srtp: '{result.Tokens[^1].Value}' is not off, optional or required");
            },
        },
    };

    /// <exception cref="CommandException">It is none.</exception>
    public static MediaEncryption Parse(string? text) => text is null
        ? MediaEncryption.None
        : Find(text) ?? throw CommandException.Usage($"srtp: '{text}' is not off, optional or required.");

    private static MediaEncryption? Find(string text) => text switch
    {
        "off" => MediaEncryption.None,
        "optional" => MediaEncryption.Optional,
        "required" => MediaEncryption.Required,
        _ => null,
    };
}
