using Parley.Testing.Rhai.Syntax;

namespace Parley.Testing.Rhai;

/// <summary>A place in a script.</summary>
internal readonly record struct RhaiPosition(string File, int Line, int Column)
{
    public static RhaiPosition Of(SourceText source, int offset)
    {
        var (line, column) = source.PositionOf(offset);
        return new(source.Name, line, column);
    }
}
